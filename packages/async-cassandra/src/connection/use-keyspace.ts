import { Opcode, writeQuery } from '../protocol/index.ts';
import { call } from './call.ts';
import type { Connection } from './connection.ts';
import { plainQuery } from './query.ts';

/**
 * Sets the keyspace of a v4 connection. The server runs the requests of one connection side by side, so a statement
 * that relies on the keyspace may be sent only once this has resolved (rule 15 of the design).
 */
export async function useKeyspace(connection: Connection, keyspace: string, timeoutMs: number): Promise<void> {
  const statement = `USE "${keyspace.replaceAll('"', '""')}"`;
  await call(
    connection,
    Opcode.QUERY,
    (writer) => writeQuery(writer, connection.protocolVersion, statement, plainQuery, null, []),
    timeoutMs,
  );
  connection.keyspace = keyspace;
}
