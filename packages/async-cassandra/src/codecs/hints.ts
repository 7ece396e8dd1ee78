import { type ColumnSpec, parseCqlTypeName, type UdtLookup } from '../protocol/index.ts';
import type { CodecRegistry } from './codec-registry.ts';
import { compileParameterEncoder, type ParameterEncoder } from './compile/parameter-encoder.ts';

/**
 * Makes the encoder of values whose types the caller names, for statements that are not prepared.
 * @param hints the CQL type of each value: `int`, `map<text, int>`
 * @param udts finds the user-defined types that the hints name
 * @throws InvalidValueError when a hint is not a type
 */
export function compileHints(
  hints: readonly string[],
  registry: CodecRegistry,
  udts: UdtLookup = () => undefined,
): ParameterEncoder {
  const columns = hints.map(
    (hint, i): ColumnSpec => ({
      keyspace: '',
      table: '',
      name: `parameter ${i + 1}`,
      type: parseCqlTypeName(hint, udts),
    }),
  );
  return compileParameterEncoder(columns, registry);
}
