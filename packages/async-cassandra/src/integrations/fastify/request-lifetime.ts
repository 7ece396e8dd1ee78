import type { ServerResponse } from 'node:http';

/** The part of a raw response that tells how its request ends; HTTP/1 and HTTP/2 have it. */
export type RawResponse = Pick<ServerResponse, 'once' | 'destroyed' | 'writableEnded'>;

/**
 * How long one HTTP request lives: until its client hangs up before the reply is complete, or its deadline passes. Costs
 * nothing before somebody asks for the signal, and leaves nothing behind when the reply is out.
 */
export class RequestLifetime {
  /** Statements, batches and streams that were executed for this request. */
  operations = 0;
  readonly #raw: RawResponse;
  readonly #deadlineMs: number | false;
  readonly #startedAt: number;
  #controller: AbortController | null = null;
  #timer: NodeJS.Timeout | null = null;
  #isLate = false;

  constructor(raw: RawResponse, deadlineMs: number | false) {
    this.#raw = raw;
    this.#deadlineMs = deadlineMs;
    this.#startedAt = deadlineMs === false ? 0 : performance.now();
  }

  /** Whether the deadline has passed before the reply was complete. */
  get isLate(): boolean {
    return this.#isLate;
  }

  /** Fires when the request has no use any more; never once the reply is complete. */
  get signal(): AbortSignal {
    return (this.#controller ?? this.#watch()).signal;
  }

  #watch(): AbortController {
    const controller = new AbortController();
    this.#controller = controller;
    const raw = this.#raw;
    if (raw.destroyed && !raw.writableEnded) {
      controller.abort(hungUp());
      return controller;
    }
    raw.once('close', () => {
      if (this.#timer !== null) clearTimeout(this.#timer);
      if (!raw.writableEnded) controller.abort(hungUp());
    });
    if (this.#deadlineMs !== false) this.#startTimer(controller, this.#deadlineMs);
    return controller;
  }

  #startTimer(controller: AbortController, deadlineMs: number): void {
    const leftMs = Math.max(0, deadlineMs - (performance.now() - this.#startedAt));
    this.#timer = setTimeout(() => {
      if (this.#raw.writableEnded) return;
      this.#isLate = true;
      controller.abort(new DOMException(`The request took longer than its ${deadlineMs} ms`, 'TimeoutError'));
    }, leftMs);
    this.#timer.unref();
  }
}

function hungUp(): Error {
  return new DOMException('The client closed the connection before the reply was complete', 'AbortError');
}
