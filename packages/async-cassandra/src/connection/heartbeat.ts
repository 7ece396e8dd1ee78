import { Opcode } from '../protocol/index.ts';
import type { RequestHandler } from './request-handler.ts';

/** An OPTIONS request, which any node answers at once whatever its state (native protocol v5, section 4.1.3). */
class OptionsRequest implements RequestHandler {
  readonly opcode: number = Opcode.OPTIONS;
  readonly envelopeFlags = 0;
  readonly #done: (answered: boolean) => void;

  constructor(done: (answered: boolean) => void) {
    this.#done = done;
  }

  encode(): void {
    // OPTIONS has no body.
  }

  onResponse(): void {
    this.#done(true);
  }

  onConnectionLost(): void {
    // Whoever owns the connection is told.
  }

  onAttemptTimeout(): void {
    this.#done(false);
  }
}

/** What a heartbeat needs of its connection. */
export interface HeartbeatTarget {
  /** When bytes were last read. */
  readonly lastReadMs: number;
  readonly bytesReceived: number;
  send(handler: RequestHandler, timeoutMs: number): number;
  /** A heartbeat was not answered in time, nor was anything else. */
  onHeartbeatMissed(): void;
}

/** Probes a connection from which nothing was read for `intervalMs`, be it idle or waiting for replies (rule 6 of the design). */
export class Heartbeat {
  readonly #target: HeartbeatTarget;
  readonly #intervalMs: number;
  readonly #timeoutMs: number;
  /** A heartbeat waits for its answer. */
  isPending = false;

  /** @param intervalMs - 0 sends no heartbeats */
  constructor(target: HeartbeatTarget, intervalMs: number, timeoutMs: number) {
    this.#target = target;
    this.#intervalMs = intervalMs > 0 ? intervalMs : Infinity;
    this.#timeoutMs = timeoutMs;
  }

  /** When to look after the connection, if nothing is read until then. */
  get dueAt(): number {
    return this.#target.lastReadMs + this.#intervalMs;
  }

  /** Sends a heartbeat if one is due; returns when to come again. */
  beat(now: number): number {
    const { dueAt } = this;
    if (dueAt > now) return dueAt;
    this.probe();
    // An answer would be read after `now`, so the next one is not due before this.
    return now + this.#intervalMs;
  }

  /** Sends a heartbeat now, unless one is under way or there are to be none. */
  probe(): void {
    if (this.isPending || this.#intervalMs === Infinity) return;
    const target = this.#target;
    const { bytesReceived } = target;
    const id = target.send(
      new OptionsRequest((answered) => {
        this.isPending = false;
        // A node that answers others has only put this one off.
        if (!answered && target.bytesReceived === bytesReceived) target.onHeartbeatMissed();
      }),
      this.#timeoutMs,
    );
    // Without a free id the replies that are awaited serve as the probe: their deadlines and the orphan cap replace the connection.
    this.isPending = id >= 0;
  }
}
