import { type Logger, silentLogger, thrownMessage } from '../diagnostics/index.ts';
import { ConfigurationError, OptionReader } from '../errors/index.ts';
import { AsyncCloseable } from '../session/index.ts';

/** What can be closed: sessions, clusters, and whatever else of a service has such a method. */
export interface ClosesOnSignal {
  close(options?: { readonly drainTimeoutMs?: number }): unknown;
}

/** Options of `closeOnSignals`. */
export interface CloseOnSignalsOptions {
  /** Default `['SIGTERM', 'SIGINT']`. */
  readonly signals?: readonly NodeJS.Signals[] | undefined;
  /** Handed to each `close()`, in milliseconds. Default: their own. */
  readonly drainTimeoutMs?: number | undefined;
  /** Told of the signal, and of what could not be closed. Default: nobody. */
  readonly logger?: Logger | undefined;
  /** Whether to end the process when all is closed, with `process.exitCode`. Default false: it ends when nothing keeps it alive. */
  readonly exit?: boolean | undefined;
}

// Importing `node:process` would open the standard streams of the process.
const { process } = globalThis;
const DEFAULT_SIGNALS: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGINT'];

/** Waits for signals, and closes when the first one comes; made by `closeOnSignals`. */
export class SignalCloser extends AsyncCloseable {
  readonly #closeables: readonly ClosesOnSignal[];
  readonly #signals: readonly NodeJS.Signals[];
  readonly #drainTimeoutMs: number | undefined;
  readonly #logger: Logger;
  readonly #exits: boolean;
  readonly #onSignal = (signal: NodeJS.Signals): void => void this.#closeFor(signal);
  #signal: NodeJS.Signals | null = null;
  #isListening = false;

  /** @internal */
  constructor(closeables: readonly ClosesOnSignal[], options: CloseOnSignalsOptions) {
    super();
    const reader = new OptionReader('', options);
    const drainTimeoutMs = reader.whole('drainTimeoutMs', -1, 0);
    this.#closeables = readCloseables(closeables);
    this.#signals = readSignals(reader);
    this.#drainTimeoutMs = drainTimeoutMs < 0 ? undefined : drainTimeoutMs;
    this.#logger = reader.object<Logger>('logger', ['error?', 'warn?', 'info?', 'debug?'], 'a logger') ?? silentLogger;
    this.#exits = reader.flag('exit', false);
    reader.end();
    this.#listen();
  }

  /** The signal that came first; null: none has. */
  get signal(): NodeJS.Signals | null {
    return this.#signal;
  }

  /** Operations of all that it closes. */
  get activeOperations(): number {
    let active = 0;
    for (const each of this.#closeables) if (each instanceof AsyncCloseable) active += each.activeOperations;
    return active;
  }

  /** Listens no more: signals do again what they do by default. A closing that has begun goes on. */
  release(): void {
    if (!this.#isListening) return;
    this.#isListening = false;
    for (const signal of this.#signals) process.off(signal, this.#onSignal);
  }

  /** One after the other, in the order in which they were given; a failure does not keep the rest open. */
  protected override async closeOnce(options: { readonly drainTimeoutMs?: number }): Promise<void> {
    this.release();
    const drainTimeoutMs = options.drainTimeoutMs ?? this.#drainTimeoutMs;
    const failures: unknown[] = [];
    for (const each of this.#closeables) {
      try {
        await (drainTimeoutMs === undefined ? each.close() : each.close({ drainTimeoutMs }));
      } catch (error) {
        failures.push(error);
        this.#logger.error?.(
          { error: thrownMessage(error) },
          'Could not close everything; what comes after it is closed all the same',
        );
      }
    }
    if (failures.length > 0) throw failures[0];
  }

  #listen(): void {
    this.#isListening = true;
    for (const signal of this.#signals) process.on(signal, this.#onSignal);
  }

  async #closeFor(signal: NodeJS.Signals): Promise<void> {
    this.#signal ??= signal;
    this.#logger.info?.({ signal }, 'Closing; the same signal again ends the process at once');
    try {
      await this.close();
    } catch {
      // It was logged. Who started the process learns of it, too.
      process.exitCode ??= 1;
    }
    if (this.#exits) process.exit();
  }
}

/**
 * Closes what a service has open when the process is told to end: one after the other in the order given, so sessions
 * before what they need last, with all that is under way finishing within the drain time. With nothing else left open
 * the process then ends by itself; `exit: true` ends it even so. A second signal does what it does without this: it
 * ends the process at once.
 *
 * Its `close()`, or `await using`, closes the same without a signal; `release()` ends the listening alone.
 * @param closeables - sessions, clusters, and other objects with a method `close`
 * @throws ConfigurationError
 */
export function closeOnSignals(
  closeables: readonly ClosesOnSignal[],
  options: CloseOnSignalsOptions = {},
): SignalCloser {
  return new SignalCloser(closeables, options);
}

function readCloseables(closeables: unknown): readonly ClosesOnSignal[] {
  if (
    !Array.isArray(closeables) ||
    !closeables.every((each) => typeof (each as ClosesOnSignal | null)?.close === 'function')
  )
    throw new ConfigurationError('closeables', 'closeOnSignals() takes an array of objects with a method close()');
  return [...(closeables as readonly ClosesOnSignal[])];
}

function readSignals(reader: OptionReader): readonly NodeJS.Signals[] {
  const value = reader.raw('signals') ?? DEFAULT_SIGNALS;
  const isList = Array.isArray(value) && value.length > 0 && value.every((name) => /^SIG[A-Z0-9]+$/.test(String(name)));
  if (!isList || value.includes('SIGKILL') || value.includes('SIGSTOP'))
    reader.refuse('signals', 'an array of names of signals that can be listened to, as SIGTERM');
  return [...new Set(value as readonly NodeJS.Signals[])];
}
