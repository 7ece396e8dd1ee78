import { systemTimers, type Timers } from '../../connection/index.ts';
import type { Logger } from '../../diagnostics/index.ts';
import { ConfigurationError } from '../../errors/index.ts';
import { type CassandraSession, type Operation, type OperationBounds, SessionDecorator } from '../../session/index.ts';
import { Circuit, type CircuitCounts, type CircuitStateName } from './circuit.ts';
import { type CircuitBreakerOptions, readBreakerOptions } from './options.ts';

/** What a breaker does and has done; a snapshot. */
export interface CircuitBreakerStats extends Readonly<CircuitCounts> {
  readonly state: CircuitStateName;
  /** Requests under way. */
  readonly inFlight: number;
}

/** Told when the circuit opens, lets one request try, or closes. What it throws does no harm. */
export type CircuitListener = (state: CircuitStateName) => unknown;

/**
 * A session that stops asking a cluster that does not answer: when too many of the last requests have failed, those
 * that follow are refused at once with `CircuitOpenError`, until one that is let through to try succeeds. Each page of a
 * result or stream counts as a request.
 *
 * A node that fails by itself needs no breaker of this kind: the load balancing policy has one for each node.
 */
export class CircuitBreakerSession extends SessionDecorator {
  readonly #circuit: Circuit;
  readonly #listeners = new Set<{ readonly listener: CircuitListener }>();
  readonly #logger: Logger;

  /** @throws ConfigurationError naming the option that is unknown or not possible */
  constructor(session: CassandraSession, options?: CircuitBreakerOptions);
  /**
   * @param timers - clock and timers, for tests
   * @internal
   */
  constructor(session: CassandraSession, options: CircuitBreakerOptions | undefined, timers: Timers);
  constructor(session: CassandraSession, options: CircuitBreakerOptions = {}, timers: Timers = systemTimers) {
    super(session, timers);
    const { logger = {}, ...rest } = options;
    this.#logger = logger;
    this.#circuit = new Circuit(
      readBreakerOptions(rest),
      () => timers.now(),
      (state) => this.#tell(state),
    );
  }

  /** Whether requests pass. */
  get circuitState(): CircuitStateName {
    return this.#circuit.state;
  }

  /** What it does and has done; plain data. */
  get stats(): CircuitBreakerStats {
    return { ...this.#circuit.counts, state: this.#circuit.state, inFlight: this.activeOperations };
  }

  /**
   * Has changes of the circuit told to `listener`.
   * @returns takes this listener away; harmless when it is gone
   * @throws ConfigurationError when it is no function
   */
  onStateChange(listener: CircuitListener): () => void {
    if (typeof listener !== 'function')
      throw new ConfigurationError('listener', 'onStateChange() takes a function; check what was given');
    const entry = { listener };
    this.#listeners.add(entry);
    return () => {
      this.#listeners.delete(entry);
    };
  }

  protected override around<T>(operation: Operation<T>, { timeoutMs }: OperationBounds): Promise<T> {
    return this.#circuit.run(() => operation(timeoutMs));
  }

  protected override release(): void {
    this.#listeners.clear();
  }

  #tell(state: CircuitStateName): void {
    for (const { listener } of [...this.#listeners]) {
      try {
        const returned = listener(state);
        if (returned instanceof Promise) returned.catch((error: unknown) => this.#warn(error));
      } catch (error) {
        this.#warn(error);
      }
    }
  }

  /** Not even a logger that throws reaches the request whose end has changed the circuit. */
  #warn(error: unknown): void {
    try {
      this.#logger.warn?.(`A listener of a breaker threw: ${error instanceof Error ? error.message : 'no error'}`);
    } catch {
      // There is nobody left to tell.
    }
  }
}
