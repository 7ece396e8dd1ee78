import { type ColumnSpec, parseCqlTypeName, type UdtLookup } from '../protocol/index.ts';
import type { CodecRegistry } from './codec-registry.ts';
import { compileParameterEncoder, type ParameterEncoder } from './compile/parameter-encoder.ts';

/**
 * Makes the encoder of values whose types the caller names, for statements that are not prepared.
 * @param hints the CQL type of each value: `int`, `map<text, int>`
 * @param names of the markers, for messages; undefined when they have none
 * @param udts finds the user-defined types that the hints name
 * @throws InvalidValueError when a hint is not a type
 */
export function hintedEncoder(
  hints: readonly string[],
  names: readonly string[] | undefined,
  registry: CodecRegistry,
  udts: UdtLookup = () => undefined,
): ParameterEncoder {
  const columns = hints.map((hint, i): ColumnSpec => {
    const name = names?.[i] ?? `parameter ${i + 1}`;
    return { keyspace: '', table: '', name, type: parseCqlTypeName(hint, udts) };
  });
  return compileParameterEncoder(columns, registry);
}
