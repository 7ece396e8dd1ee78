import { ConfigurationError } from '../errors/index.ts';

/** What a number may be. */
export interface NumberRange {
  readonly min: number;
  readonly max?: number;
  readonly isInteger?: boolean;
}

/**
 * Checks that options are a plain object with known names only.
 *
 * @param path - what the options belong to, for example `retryPolicy`
 * @throws ConfigurationError naming the option
 */
export function checkOptionNames(path: string, options: unknown, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) refuse(path, 'must be an object');
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) {
      throw new ConfigurationError(`${path}.${name}`, `Option "${path}.${name}" is unknown, check its spelling`);
    }
  }
}

/** A number in a range; `fallback` when it is absent. */
export function numberOption(path: string, value: unknown, fallback: number, range: NumberRange): number {
  if (value === undefined) return fallback;
  const { min, max = Number.MAX_SAFE_INTEGER, isInteger = false } = range;
  if (typeof value !== 'number' || !(value >= min && value <= max) || (isInteger && !Number.isInteger(value))) {
    const kind = isInteger ? 'an integer' : 'a number';
    refuse(
      path,
      max === Number.MAX_SAFE_INTEGER ? `must be ${kind} of at least ${min}` : `must be ${kind} from ${min} to ${max}`,
    );
  }
  return value;
}

/** A text that is not empty; undefined when it is absent. */
export function textOption(path: string, value: unknown): string | undefined {
  if (value !== undefined && (typeof value !== 'string' || value === ''))
    refuse(path, 'must be a text that is not empty');
  return value;
}

/** A boolean; `fallback` when it is absent. */
export function flagOption(path: string, value: unknown, fallback: boolean): boolean {
  if (value !== undefined && typeof value !== 'boolean') refuse(path, 'must be true or false');
  return value ?? fallback;
}

/** A function; undefined when it is absent. */
export function functionOption<F>(path: string, value: F | undefined): F | undefined {
  if (value !== undefined && typeof value !== 'function') refuse(path, 'must be a function');
  return value;
}

/** Texts that are not empty, none of them twice; undefined when they are absent. */
export function textsOption(path: string, value: unknown): readonly string[] | undefined {
  if (value === undefined) return undefined;
  const isSound = Array.isArray(value) && value.every((text) => typeof text === 'string' && text !== '');
  if (!isSound || new Set(value).size !== value.length) refuse(path, 'must be an array of different texts');
  return Object.freeze([...(value as string[])]);
}

/** Throws the error for an option whose value will not do. */
export function refuse(path: string, requirement: string): never {
  throw new ConfigurationError(path, `Option "${path}" ${requirement}, check its value`);
}
