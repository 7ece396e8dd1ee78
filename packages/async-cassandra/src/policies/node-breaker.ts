import { OptionReader } from '../errors/index.ts';

/** When a node counts as broken. */
export interface NodeBreakerOptions {
  /** How many requests must have failed within the window; 10 by default. */
  readonly minFailures?: number | undefined;
  /** Which share of all must have failed; 0.5 by default. */
  readonly failureRatio?: number | undefined;
  /** How long failures are remembered, in milliseconds; 10,000 by default. */
  readonly windowMs?: number | undefined;
  /** How long the node is passed over before one request probes it, and then between two probes; 2,000 by default. */
  readonly openMs?: number | undefined;
}

/** `open`: passed over; `halfOpen`: the next request, or one under way, is its probe. */
export type BreakerState = 'closed' | 'open' | 'halfOpen';

const CLOSED = 0;
const OPEN = 1;
const PROBED = 2;

/**
 * A circuit breaker for each node, by slot. Closed, a node takes requests; once too many failed it is open and passed over; after a
 * while one request at a time probes it, until one succeeds. It only advises: a plan ends with the nodes that are open, so that all of
 * them together never shut the cluster out. Counting a success costs one addition.
 */
export class NodeBreaker {
  /** How many nodes are not closed. */
  openCount = 0;
  readonly #minFailures: number;
  readonly #failureRatio: number;
  readonly #windowMs: number;
  readonly #openMs: number;
  #states = new Uint8Array(0);
  #successes = new Uint32Array(0);
  #failures = new Uint32Array(0);
  /** When the first failure of the window was; while not closed, when the next probe is due. */
  #times = new Float64Array(0);

  /** @throws ConfigurationError naming the option that is wrong */
  constructor(path: string, options: NodeBreakerOptions) {
    const reader = new OptionReader(path, options);
    this.#minFailures = reader.whole('minFailures', 10, 1);
    this.#failureRatio = reader.number('failureRatio', 0.5, 0, 1);
    this.#windowMs = reader.number('windowMs', 10_000, 1);
    this.#openMs = reader.number('openMs', 2_000, 1);
    reader.end();
  }

  /** Makes room for slots below `count`. */
  reserve(count: number): void {
    if (count <= this.#states.length) return;
    this.#states = grown(this.#states, new Uint8Array(count));
    this.#successes = grown(this.#successes, new Uint32Array(count));
    this.#failures = grown(this.#failures, new Uint32Array(count));
    this.#times = grown(this.#times, new Float64Array(count));
  }

  /** Forgets what it knows of a slot: another node has it, or the node has come back. */
  reset(slot: number): void {
    if (this.#states[slot] !== CLOSED) this.openCount--;
    this.#close(slot);
  }

  /** For monitoring. */
  stateOf(slot: number, now: number): BreakerState {
    const state = this.#states[slot] ?? CLOSED;
    if (state === CLOSED) return 'closed';
    return state === PROBED || now >= (this.#times[slot] as number) ? 'halfOpen' : 'open';
  }

  /** Whether no request should go to the node now, not even as a probe. */
  isShut(slot: number, now: number): boolean {
    return this.#states[slot] !== CLOSED && now < (this.#times[slot] as number);
  }

  /** A request is going to the node. If it is not closed, this is its probe, and it is shut for others. */
  enter(slot: number, now: number): void {
    if (this.#states[slot] === CLOSED) return;
    this.#states[slot] = PROBED;
    this.#times[slot] = now + this.#openMs;
  }

  /** A request to the node has been answered. */
  succeeded(slot: number): void {
    this.#successes[slot] = (this.#successes[slot] as number) + 1;
    if (this.#states[slot] !== PROBED) return;
    this.openCount--;
    this.#close(slot);
  }

  /** A request to the node has failed by its fault. */
  failed(slot: number, now: number): void {
    if (this.#states[slot] !== CLOSED) {
      this.#states[slot] = OPEN;
      this.#times[slot] = now + this.#openMs;
      return;
    }
    if (this.#failures[slot] === 0 || now - (this.#times[slot] as number) > this.#windowMs) {
      this.#failures[slot] = 0;
      this.#successes[slot] = 0;
      this.#times[slot] = now;
    }
    const failures = (this.#failures[slot] as number) + 1;
    this.#failures[slot] = failures;
    const all = failures + (this.#successes[slot] as number);
    if (failures < this.#minFailures || failures < all * this.#failureRatio) return;
    this.#states[slot] = OPEN;
    this.#times[slot] = now + this.#openMs;
    this.openCount++;
  }

  #close(slot: number): void {
    this.#states[slot] = CLOSED;
    this.#failures[slot] = 0;
    this.#successes[slot] = 0;
  }
}

function grown<A extends Uint8Array | Uint32Array | Float64Array>(from: A, to: A): A {
  to.set(from);
  return to;
}
