import type { Row } from '../codecs/index.ts';
import { textMapOf, textOf } from './row-values.ts';

/** A secondary index. */
export interface IndexMetadata {
  readonly name: string;
  /** `COMPOSITES`, `KEYS` or `CUSTOM`. */
  readonly kind: string;
  /** What is indexed: a column, or for example `keys(column)`. */
  readonly target: string;
  /** The class of a custom index. */
  readonly className: string | undefined;
  /** All options, those above included. */
  readonly options: ReadonlyMap<string, string>;
}

/** Reads a row of `system_schema.indexes`. */
export function readIndex(row: Row): IndexMetadata {
  const options = textMapOf(row, 'options');
  return Object.freeze({
    name: textOf(row, 'index_name'),
    kind: textOf(row, 'kind'),
    target: options.get('target') ?? '',
    className: options.get('class_name'),
    options,
  });
}
