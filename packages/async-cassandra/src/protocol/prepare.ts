import type { ByteWriter } from './byte-writer.ts';
import type { ProtocolVersion } from './protocol-version.ts';
import { needsVersion5, QueryFlag } from './query-parameters.ts';

/** PREPARE has flags of its own: this one says that a keyspace follows. */
const WITH_KEYSPACE = 0x01;

/**
 * Writes the body of PREPARE: `<query>` in v4, `<query><flags>[<keyspace>]` in v5 (section 4.1.5).
 * @throws ConfigurationError when a keyspace is given and the version is 4
 */
export function writePrepare(w: ByteWriter, version: ProtocolVersion, cql: string, keyspace: string | undefined): void {
  w.writeLongString(cql);
  if (version === 4) {
    if (keyspace !== undefined) throw needsVersion5(QueryFlag.KEYSPACE);
    return;
  }
  w.writeInt(keyspace === undefined ? 0 : WITH_KEYSPACE);
  if (keyspace !== undefined) w.writeString(keyspace);
}
