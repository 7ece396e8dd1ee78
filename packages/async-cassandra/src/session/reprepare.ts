import { call, type Connection } from '../connection/index.ts';
import { assignOutcome, InvalidQueryError, ProtocolError, QueryError, TimeoutError } from '../errors/index.ts';
import { Opcode, readPrepared, readResultKind, ResultKind, writePrepare } from '../protocol/index.ts';
import type { Preparation } from './preparation.ts';

/**
 * Prepares again what a node has forgotten, once per connection and statement however many requests found out, so
 * that a node that returns is not stormed (rule 12 of the design).
 */
export class Repreparer {
  readonly #pending = new WeakMap<Connection, Map<string, Promise<void>>>();

  prepare(connection: Connection, preparation: Preparation, timeoutMs: number): Promise<void> {
    let ofConnection = this.#pending.get(connection);
    if (ofConnection === undefined) {
      ofConnection = new Map();
      this.#pending.set(connection, ofConnection);
    }
    const known = ofConnection.get(preparation.statementId);
    if (known !== undefined) return known;
    const pending = prepareOn(connection, preparation, timeoutMs)
      .catch((error: unknown) => {
        // Preparing changes nothing. Errors of a lost connection are shared by all its requests, and left as they are.
        if (error instanceof QueryError || error instanceof TimeoutError) assignOutcome(error, 'rejected');
        throw error;
      })
      .finally(() => ofConnection.delete(preparation.statementId));
    ofConnection.set(preparation.statementId, pending);
    return pending;
  }
}

async function prepareOn(connection: Connection, preparation: Preparation, timeoutMs: number): Promise<void> {
  const version = connection.protocolVersion;
  // On v4 the connection is in the session's keyspace; a statement prepared in another one gets another id below.
  const keyspace = version < 5 ? undefined : preparation.keyspace;
  const reply = await call(
    connection,
    Opcode.PREPARE,
    (writer) => writePrepare(writer, version, preparation.cql, keyspace),
    timeoutMs,
  );
  if (reply.opcode !== Opcode.RESULT || readResultKind(reply.reader) !== ResultKind.PREPARED) {
    throw new ProtocolError(
      `Node ${connection.node} answered PREPARE with something else; check what stands between driver and server`,
      { node: connection.node },
    );
  }
  const result = readPrepared(reply.reader, version);
  if (result.id.toString('hex') !== preparation.statementId) {
    throw new InvalidQueryError(
      `Node ${connection.node} had forgotten the prepared statement and gives it another id now; prepare it again, and check that the session is in the keyspace it was prepared in`,
      { node: connection.node },
    );
  }
  preparation.accept(result);
}
