import { ConfigurationError } from './client-errors.ts';
import { LONGEST_TIMER_MS } from './timer-limit.ts';

/** Words a message. `requirement` goes on behind the option's name: `must be true or false`. */
export type OptionMessage = (path: string, requirement: string) => string;

const plainMessage: OptionMessage = (path, requirement) => `Option "${path}" ${requirement}`;

/** Reads options one by one, with defaults; whatever is not as it should be is a ConfigurationError with its path. */
export class OptionReader {
  readonly #path: string;
  readonly #options: Readonly<Record<string, unknown>>;
  readonly #read = new Set<string>();
  readonly #message: OptionMessage;

  /**
   * @param path - of the options themselves; empty: they are not inside of others
   * @param message - tells what they are options of, when the path alone does not
   * @throws ConfigurationError when they are no object; undefined is one without any
   */
  constructor(path: string, options: unknown, message: OptionMessage = plainMessage) {
    if (options !== undefined && (typeof options !== 'object' || options === null || Array.isArray(options))) {
      if (path === '' && message === plainMessage) throw new ConfigurationError('', 'Options must be an object');
      const known = path === '' ? 'options' : path;
      throw new ConfigurationError(known, message(known, 'must be an object'));
    }
    this.#path = path;
    this.#message = message;
    this.#options = (options ?? {}) as Readonly<Record<string, unknown>>;
  }

  /** Reads options of which some are required: undefined is refused as what is no object. */
  static ofGiven(path: string, options: unknown): OptionReader {
    return new OptionReader(path, options ?? null);
  }

  /** The option's path, for messages. */
  at(name: string): string {
    return this.#path === '' ? name : `${this.#path}.${name}`;
  }

  raw(name: string): unknown {
    this.#read.add(name);
    return this.#options[name];
  }

  /** Reads an option that is an object of options. */
  inner(name: string): OptionReader {
    return new OptionReader(this.at(name), this.raw(name), this.#message);
  }

  /** What has not been read so far, for somebody else to read; `end` need not be called then. */
  rest(): Readonly<Record<string, unknown>> {
    return Object.fromEntries(Object.entries(this.#options).filter(([name]) => !this.#read.has(name)));
  }

  refuse(name: string, expected: string): never {
    this.#fail(name, `must be ${expected}`);
  }

  text(name: string): string | undefined {
    const value = this.raw(name);
    if (value === undefined) return undefined;
    if (typeof value !== 'string' || value === '') this.refuse(name, 'a text that is not empty');
    return value;
  }

  /** An array of texts that are not empty, none of them twice: a frozen copy of it. */
  texts(name: string): readonly string[] | undefined {
    const value = this.raw(name);
    if (value === undefined) return undefined;
    // Array.from: `every` passes over what a sparse array leaves out.
    const texts: readonly unknown[] = Array.isArray(value) ? Array.from(value) : [undefined];
    if (!texts.every((text) => typeof text === 'string' && text !== '') || new Set(texts).size !== texts.length)
      this.refuse(name, 'an array of different texts that are not empty');
    return Object.freeze(texts as readonly string[]);
  }

  flag(name: string, absent: boolean): boolean {
    const value = this.raw(name);
    if (value === undefined) return absent;
    if (typeof value !== 'boolean') this.refuse(name, 'true or false');
    return value;
  }

  whole<T extends number | undefined>(
    name: string,
    absent: T,
    min: number,
    max: number = Number.MAX_SAFE_INTEGER,
  ): number | T {
    const value = this.raw(name);
    if (value !== undefined && !Number.isSafeInteger(value)) this.refuse(name, inRange('a whole number', min, max));
    return this.#within(name, absent, min, max, 'a whole number');
  }

  /** A number that need not be whole; never Infinity. */
  number<T extends number | undefined>(
    name: string,
    absent: T,
    min: number,
    max: number = Number.MAX_SAFE_INTEGER,
  ): number | T {
    return this.#within(name, absent, min, max, 'a number');
  }

  /** Milliseconds above zero that a timer can wait for. */
  duration<T extends number | undefined>(name: string, absent: T): number | T {
    const value = this.raw(name);
    if (value === undefined) return absent;
    if (typeof value !== 'number' || !(value > 0) || value > LONGEST_TIMER_MS)
      this.refuse(name, 'a number of milliseconds above 0 and below 2^31');
    return value;
  }

  /** Milliseconds above zero, of any length. */
  milliseconds<T extends number | undefined>(name: string, absent: T): number | T {
    const value = this.raw(name);
    if (value === undefined) return absent;
    if (typeof value !== 'number' || !(value > 0)) this.refuse(name, 'a positive number of milliseconds');
    return value;
  }

  oneOf<T extends string | number>(name: string, allowed: readonly T[]): T | undefined {
    const value = this.raw(name);
    if (value === undefined) return undefined;
    if (!(allowed as readonly unknown[]).includes(value)) this.refuse(name, `one of ${allowed.join(', ')}`);
    return value as T;
  }

  /**
   * An object with methods.
   * @param methods - names of those that it must have; with a question mark at the end, of those it may have
   */
  object<T>(name: string, methods: readonly string[], what: string): T | undefined {
    const value = this.raw(name);
    if (value === undefined) return undefined;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) this.refuse(name, what);
    for (const method of methods) {
      const key = method.replace('?', '');
      const found = (value as Readonly<Record<string, unknown>>)[key];
      if (typeof found !== 'function' && (found !== undefined || key === method))
        this.refuse(name, `${what} with the method ${key}()`);
    }
    return value as T;
  }

  functionOf<T>(name: string): T | undefined {
    const value = this.raw(name);
    if (value !== undefined && typeof value !== 'function') this.refuse(name, 'a function');
    return value as T | undefined;
  }

  /** To be called when all has been read: what has not been is unknown. */
  end(): void {
    for (const name of Object.keys(this.#options))
      if (!this.#read.has(name)) this.#fail(name, 'is unknown; check its spelling');
  }

  /**
   * What was read of an option, unless it is absent. To be called after `end`, so that of a name that was misspelt the spelling is
   * told, and not that the option is absent.
   */
  required<T>(name: string, value: T | undefined): T {
    if (value === undefined) this.#fail(name, 'is required');
    return value;
  }

  #within<T>(name: string, absent: T, min: number, max: number, kind: string): number | T {
    const value = this.raw(name);
    if (value === undefined) return absent;
    if (typeof value !== 'number' || !(value >= min && value <= max)) this.refuse(name, inRange(kind, min, max));
    return value;
  }

  #fail(name: string, requirement: string): never {
    const path = this.at(name);
    throw new ConfigurationError(path, this.#message(path, requirement));
  }
}

function inRange(kind: string, min: number, max: number): string {
  return max === Number.MAX_SAFE_INTEGER ? `${kind} of at least ${min}` : `${kind} from ${min} to ${max}`;
}
