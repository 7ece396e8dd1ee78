import type { ByteWriter } from './byte-writer.ts';
import type { ProtocolVersion } from './protocol-version.ts';
import { type QueryParameters, type ValueWriter, writeQueryParameters } from './query-parameters.ts';

const EMPTY = Buffer.alloc(0);

/**
 * Writes the body of EXECUTE: `<id>[<result_metadata_id>]<query_parameters>`, the ids [short bytes], the second in
 * v5 only (section 4.1.6).
 */
export function writeExecute(
  w: ByteWriter,
  version: ProtocolVersion,
  id: Buffer,
  resultMetadataId: Buffer | undefined,
  p: QueryParameters,
  values: ValueWriter | null,
  bound: readonly unknown[],
): void {
  writeId(w, id);
  if (version === 5) writeId(w, resultMetadataId ?? EMPTY);
  writeQueryParameters(w, version, p, values, bound);
}

/** Ids are 16 bytes, which a loop copies faster than a call into native code; the server gave them as [short bytes], so they fit. */
function writeId(w: ByteWriter, id: Buffer): void {
  const length = id.length;
  w.reserve(2 + length);
  const { buf } = w;
  let pos = w.pos;
  buf[pos++] = length >>> 8;
  buf[pos++] = length;
  for (let i = 0; i < length; i++) buf[pos++] = id[i] as number;
  w.pos = pos;
}
