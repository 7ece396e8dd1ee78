import type { ByteWriter } from './byte-writer.ts';
import type { ProtocolVersion } from './protocol-version.ts';
import { type QueryParameters, type ValueWriter, writeQueryParameters } from './query-parameters.ts';

/** Writes the body of QUERY: `<query><query_parameters>`, the query a [long string] (section 4.1.4). */
export function writeQuery(
  w: ByteWriter,
  version: ProtocolVersion,
  cql: string,
  p: QueryParameters,
  values: ValueWriter | null,
  bound: readonly unknown[],
): void {
  w.writeLongString(cql);
  writeQueryParameters(w, version, p, values, bound);
}
