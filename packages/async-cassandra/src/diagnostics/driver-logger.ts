import type { LogLevel, LogMethod, Logger } from './logger.ts';
import { type LimiterTimers, REPEAT_WINDOW_MS, RepeatLimiter } from './repeat-limiter.ts';

/** Plain facts that belong to a message. */
export type LogFields = Readonly<Record<string, unknown>>;

interface Line {
  readonly level: LogLevel;
  readonly fields: LogFields | undefined;
  readonly message: string;
}

/** A timer that need not keep the process alive. */
interface Unrefable {
  unref?(): unknown;
}

/** Fields that tell lines with one message apart, so that each node's are counted by themselves. */
const SUBJECTS = ['session', 'node', 'contactPoint', 'peer', 'event'] as const;

/**
 * The application's logger as the driver uses it: a method is there only while its level is enabled, so that
 * `logger.debug?.(...)` builds no message in vain; lines that repeat are limited; what the logger throws harms nobody.
 */
export class DriverLogger implements Logger {
  readonly #sink: LogSink;
  readonly #fields: LogFields | undefined;
  readonly #methods: Partial<Record<LogLevel, LogMethod>> = {};

  constructor(sink: LogSink, fields?: LogFields) {
    this.#sink = sink;
    this.#fields = fields;
  }

  get error(): LogMethod | undefined {
    return this.#method('error');
  }

  get warn(): LogMethod | undefined {
    return this.#method('warn');
  }

  get info(): LogMethod | undefined {
    return this.#method('info');
  }

  get debug(): LogMethod | undefined {
    return this.#method('debug');
  }

  /** A logger whose lines have these fields before their own. */
  with(fields: LogFields): DriverLogger {
    return new DriverLogger(this.#sink, { ...this.#fields, ...fields });
  }

  #method(level: LogLevel): LogMethod | undefined {
    if (!this.#sink.isEnabled(level)) return undefined;
    this.#methods[level] ??= (fieldsOrMessage, message): void => {
      if (typeof fieldsOrMessage === 'string')
        this.#sink.write({ level, fields: this.#fields, message: fieldsOrMessage });
      else this.#sink.write({ level, fields: { ...this.#fields, ...fieldsOrMessage }, message: message ?? '' });
    };
    return this.#methods[level];
  }
}

/** Where lines of one cluster and its sessions go. */
export class LogSink {
  readonly #target: Logger;
  readonly #limiter: RepeatLimiter<Line>;

  constructor(target: Logger, timers: LimiterTimers<Unrefable>) {
    this.#target = target;
    const unrefed: LimiterTimers<Unrefable> = {
      now: () => timers.now(),
      setTimeout: (callback, ms) => {
        const timer = timers.setTimeout(callback, ms);
        timer.unref?.();
        return timer;
      },
      clearTimeout: (timer) => timers.clearTimeout(timer),
    };
    this.#limiter = new RepeatLimiter<Line, Unrefable>(unrefed, ({ level, fields, message }, suppressed) =>
      this.#pass({
        level,
        fields: { ...subjectsOf(fields), suppressed, withinMs: REPEAT_WINDOW_MS },
        message: `${message} (${suppressed} more like this suppressed)`,
      }),
    );
  }

  isEnabled(level: LogLevel): boolean {
    const target = this.#target;
    if (target[level] === undefined) return false;
    try {
      return target.isLevelEnabled?.(level) ?? true;
    } catch {
      return true;
    }
  }

  write(line: Line): void {
    if (this.#limiter.passes(kindOf(line), line)) this.#pass(line);
  }

  /** Writes what is still to be told of lines that were suppressed. */
  close(): void {
    this.#limiter.close();
  }

  #pass({ level, fields, message }: Line): void {
    const target = this.#target;
    try {
      if (fields === undefined) target[level]?.(message);
      else target[level]?.(fields, message);
    } catch {
      // There is no other place to tell it.
    }
  }
}

function subjectsOf(fields: LogFields | undefined): LogFields {
  const subjects: Record<string, unknown> = {};
  for (const name of SUBJECTS) if (fields?.[name] !== undefined) subjects[name] = fields[name];
  return subjects;
}

function kindOf({ level, fields, message }: Line): string {
  let kind = `${level} ${message}`;
  for (const name of SUBJECTS) {
    const subject = fields?.[name];
    if (typeof subject === 'string') kind += ` ${subject}`;
  }
  return kind;
}
