import { type ColumnSpec, parseCqlTypeName, type UdtLookup } from '../protocol/index.ts';
import type { CodecRegistry } from './codec-registry.ts';
import { compileParameterEncoder, type ParameterEncoder } from './compile/parameter-encoder.ts';

/** What else is known of values whose types are given as hints. */
export interface HintedValues {
  /** Names of the markers, for messages. */
  readonly names?: readonly string[] | undefined;
  /** Finds the user-defined types that the hints name. */
  readonly udts?: UdtLookup | undefined;
}

/**
 * Makes the encoder of values whose types the caller names, for statements that are not prepared.
 * @param hints the CQL type of each value: `int`, `map<text, int>`
 * @throws InvalidValueError when a hint is not a type
 */
export function compileHints(
  hints: readonly string[],
  registry: CodecRegistry,
  { names, udts = () => undefined }: HintedValues = {},
): ParameterEncoder {
  const columns = hints.map((hint, i): ColumnSpec => {
    const name = names?.[i] ?? `parameter ${i + 1}`;
    return { keyspace: '', table: '', name, type: parseCqlTypeName(hint, udts) };
  });
  return compileParameterEncoder(columns, registry);
}
