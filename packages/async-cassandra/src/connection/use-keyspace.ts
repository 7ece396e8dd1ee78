import { ProtocolError } from '../errors/index.ts';
import { Opcode, readResultKind, ResultKind, writeQuery } from '../protocol/index.ts';
import { call } from './call.ts';
import type { Connection } from './connection.ts';
import { plainQuery } from './query.ts';

/**
 * Sets the keyspace of a v4 connection. The server runs the requests of one connection side by side, so a statement
 * that relies on the keyspace may be sent only once this has resolved (rule 15 of the design).
 * @throws QueryError, ConnectionError, TimeoutError, ProtocolError
 */
export async function useKeyspace(connection: Connection, keyspace: string, timeoutMs: number): Promise<void> {
  const statement = `USE "${keyspace.replaceAll('"', '""')}"`;
  const reply = await call(
    connection,
    Opcode.QUERY,
    (writer) => writeQuery(writer, connection.protocolVersion, statement, plainQuery, null, []),
    timeoutMs,
  );
  connection.decode(() => {
    if (reply.opcode === Opcode.RESULT && readResultKind(reply.reader) === ResultKind.SET_KEYSPACE) return;
    throw new ProtocolError(
      `Node ${connection.node} answered USE with something else; check that it is a Cassandra node`,
      {
        node: connection.node,
      },
    );
  });
  connection.keyspace = keyspace;
}
