import { InvalidValueError } from '../errors/index.ts';
import type { ColumnSpec } from '../protocol/index.ts';

/** Values of one statement: by position, or by the name of their marker. */
export type Params = readonly unknown[] | Readonly<Record<string, unknown>>;

function wrongCount(expected: number, given: number): InvalidValueError {
  return new InvalidValueError(
    `The statement has ${expected} markers and ${given} values were given; check the parameters`,
  );
}

/**
 * The values of `params` in the order of the markers, in an array of their own, so that the caller may reuse theirs.
 * @throws InvalidValueError when values are missing or too many
 */
export function bindValues(variables: readonly ColumnSpec[], params: Params): readonly unknown[] {
  if (Array.isArray(params)) {
    if (params.length !== variables.length) throw wrongCount(variables.length, params.length);
    return params.slice() as unknown[];
  }
  if (typeof params !== 'object' || params === null) {
    throw new InvalidValueError('Parameters must be an array, or an object with the names of the markers');
  }
  return bindNamed(variables, params as Readonly<Record<string, unknown>>);
}

/** A name matches its marker exactly, or in lower case, as CQL reads an unquoted name. */
function bindNamed(variables: readonly ColumnSpec[], params: Readonly<Record<string, unknown>>): readonly unknown[] {
  const byMarker = new Map<string, unknown>();
  const names = new Set(variables.map((variable) => variable.name));
  for (const [name, value] of Object.entries(params)) {
    const marker = names.has(name) ? name : name.toLowerCase();
    if (!names.has(marker))
      throw new InvalidValueError(
        `The statement has no marker called ${JSON.stringify(name)}; its markers are ${list(names)}`,
      );
    if (byMarker.has(marker))
      throw new InvalidValueError(
        `Two parameters are given for the marker ${JSON.stringify(marker)}; check their spelling`,
      );
    byMarker.set(marker, value);
  }
  return variables.map((variable) => {
    if (!byMarker.has(variable.name))
      throw new InvalidValueError(
        `No value is given for the marker ${JSON.stringify(variable.name)}; check the parameters`,
      );
    return byMarker.get(variable.name);
  });
}

function list(names: ReadonlySet<string>): string {
  return names.size === 0 ? 'none' : [...names].map((name) => JSON.stringify(name)).join(', ');
}
