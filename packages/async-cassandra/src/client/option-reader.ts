import { ConfigurationError } from '../errors/index.ts';

/** Reads options one by one, with defaults; whatever is not as it should be is a ConfigurationError with its path. */
export class OptionReader {
  readonly #path: string;
  readonly #options: Readonly<Record<string, unknown>>;
  readonly #read = new Set<string>();

  constructor(path: string, options: unknown) {
    if (options !== undefined && (typeof options !== 'object' || options === null || Array.isArray(options))) {
      throw new ConfigurationError(
        path,
        path === '' ? 'Options must be an object' : `Option "${path}" must be an object`,
      );
    }
    this.#path = path;
    this.#options = (options ?? {}) as Readonly<Record<string, unknown>>;
  }

  /** The option's path, for messages. */
  at(name: string): string {
    return this.#path === '' ? name : `${this.#path}.${name}`;
  }

  raw(name: string): unknown {
    this.#read.add(name);
    return this.#options[name];
  }

  refuse(name: string, expected: string): never {
    throw new ConfigurationError(this.at(name), `Option "${this.at(name)}" must be ${expected}`);
  }

  text(name: string): string | undefined {
    const value = this.raw(name);
    if (value === undefined) return undefined;
    if (typeof value !== 'string' || value === '') this.refuse(name, 'a text that is not empty');
    return value;
  }

  flag(name: string, absent: boolean): boolean {
    const value = this.raw(name);
    if (value === undefined) return absent;
    if (typeof value !== 'boolean') this.refuse(name, 'true or false');
    return value;
  }

  whole(name: string, absent: number, min: number, max: number = Number.MAX_SAFE_INTEGER): number {
    const value = this.raw(name);
    if (value === undefined) return absent;
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < min || value > max) {
      this.refuse(
        name,
        max === Number.MAX_SAFE_INTEGER ? `a whole number of at least ${min}` : `a whole number from ${min} to ${max}`,
      );
    }
    return value;
  }

  /** Milliseconds above zero. */
  duration<T extends number | undefined>(name: string, absent: T): number | T {
    const value = this.raw(name);
    if (value === undefined) return absent;
    if (typeof value !== 'number' || !(value > 0) || value > 0x7fffffff)
      this.refuse(name, 'a number of milliseconds above 0 and below 2^31');
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

  /** To be called last: what has not been read is unknown. */
  end(): void {
    for (const name of Object.keys(this.#options)) {
      if (!this.#read.has(name))
        throw new ConfigurationError(this.at(name), `Option "${this.at(name)}" is unknown; check its spelling`);
    }
  }
}
