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
  send(handler: RequestHandler, timeoutMs: number): number;
  /** A heartbeat was not answered in time. */
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
    // An answer would be read after `now`, so the next one is not due before this.
    if (this.isPending) return now + this.#intervalMs;
    const id = this.#target.send(
      new OptionsRequest((answered) => {
        this.isPending = false;
        if (!answered) this.#target.onHeartbeatMissed();
      }),
      this.#timeoutMs,
    );
    // Without a free id the replies that are awaited serve as the probe: their deadlines and the orphan cap replace the connection.
    this.isPending = id >= 0;
    return now + this.#intervalMs;
  }
}
