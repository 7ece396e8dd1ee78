import type { Connection } from '../connection/index.ts';

/** With so many requests unanswered ... */
const MANY = 10;
/** ... a node is slow once nothing was read from it for this long. */
const SILENT_MANY_MS = 200;
/**
 * With fewer it is slow after this. A slow answer to a single request looks the same, but the probe that is sent at once tells:
 * its reply ends the silence.
 */
const SILENT_FEW_MS = 250;
/** While many are unanswered, the clock is read at every eighth question only. */
const ASK_CLOCK_MASK = 7;

/**
 * Tells whether a node leaves requests unanswered: some are in flight, or were given up without a reply, and nothing
 * at all has been read from it for a while. It costs the way of a request nothing: the question itself compares
 * counters that the connections keep anyway.
 */
export class SilenceWatch {
  readonly #connections: readonly Connection[];
  readonly #now: () => number;
  #bytesSeen = -1;
  /** When the silence was first noticed; negative: there is none. */
  #silentSince = -1;
  #asked = 0;
  #slow = false;

  constructor(connections: readonly Connection[], now: () => number) {
    this.#connections = connections;
    this.#now = now;
  }

  isSlow(): boolean {
    const connections = this.#connections;
    let unanswered = 0;
    let bytes = 0;
    for (let i = 0; i < connections.length; i++) {
      const connection = connections[i] as Connection;
      unanswered += connection.inFlight + connection.orphaned;
      bytes += connection.bytesReceived;
    }
    if (unanswered === 0 || bytes !== this.#bytesSeen) {
      this.#bytesSeen = bytes;
      this.#silentSince = -1;
      this.#slow = false;
      return false;
    }
    if (this.#silentSince < 0) {
      this.#silentSince = this.#now();
      this.#asked = 0;
      return false;
    }
    if (unanswered >= MANY && (++this.#asked & ASK_CLOCK_MASK) !== 0) return this.#slow;
    const silentMs = this.#now() - this.#silentSince;
    if (silentMs >= (unanswered >= MANY ? SILENT_MANY_MS : SILENT_FEW_MS)) this.#becomeSlow();
    return this.#slow;
  }

  /**
   * A request that was sent at `sentMs` has run out of time. Where nothing at all was read since then, there is no need to
   * have more requests wait before the node is called slow: at a low rate each question is one of them.
   */
  timedOut(sentMs: number): void {
    if (this.#now() - sentMs < SILENT_MANY_MS) return;
    let bytes = 0;
    for (const connection of this.#connections) {
      if (connection.lastReadMs > sentMs) return;
      bytes += connection.bytesReceived;
    }
    this.#bytesSeen = bytes;
    if (this.#silentSince < 0) this.#silentSince = sentMs;
    this.#becomeSlow();
  }

  /**
   * Nothing will be sent to the node from now on, so nothing else would tell that its connections are dead: they
   * would stay as they are until the next heartbeat.
   */
  #becomeSlow(): void {
    if (this.#slow) return;
    this.#slow = true;
    for (const connection of this.#connections) connection.probe();
  }
}
