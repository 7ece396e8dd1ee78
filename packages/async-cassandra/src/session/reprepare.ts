import { call, type Connection, type Reply } from '../connection/index.ts';
import { assignOutcome, InvalidQueryError, ProtocolError, QueryError, TimeoutError } from '../errors/index.ts';
import {
  Opcode,
  type PreparedResult,
  readPrepared,
  readResultKind,
  ResultKind,
  writePrepare,
} from '../protocol/index.ts';
import type { Preparation } from './preparation.ts';

interface Pending {
  readonly preparation: Preparation;
  readonly result: Promise<PreparedResult>;
}

/**
 * Prepares again what a node has forgotten, once per connection and statement however many requests found out, so
 * that a node that returns is not stormed (rule 12 of the design).
 */
export class Repreparer {
  readonly #pending = new WeakMap<Connection, Map<string, Pending>>();

  async prepare(connection: Connection, preparation: Preparation, timeoutMs: number): Promise<void> {
    const { statementId } = preparation;
    let ofConnection = this.#pending.get(connection);
    if (ofConnection === undefined) {
      ofConnection = new Map();
      this.#pending.set(connection, ofConnection);
    }
    const known = ofConnection.get(statementId);
    if (known !== undefined) {
      const result = await known.result;
      // The same text prepared in two keyspaces may have one id: each has a plan of its own.
      if (known.preparation !== preparation) preparation.accept(result);
      return;
    }
    const result = prepareOn(connection, preparation, timeoutMs);
    ofConnection.set(statementId, { preparation, result });
    try {
      preparation.accept(await result);
    } catch (error) {
      // Preparing changes nothing. Errors of a lost connection are shared by all its requests, and left as they are.
      if (error instanceof QueryError || error instanceof TimeoutError) assignOutcome(error, 'rejected');
      throw error;
    } finally {
      ofConnection.delete(statementId);
    }
  }
}

async function prepareOn(connection: Connection, preparation: Preparation, timeoutMs: number): Promise<PreparedResult> {
  const version = connection.protocolVersion;
  // On v4 the connection is in the session's keyspace; a statement prepared in another one gets another id below.
  const keyspace = version < 5 ? undefined : preparation.keyspace;
  const reply = await call(
    connection,
    Opcode.PREPARE,
    (writer) => writePrepare(writer, version, preparation.cql, keyspace),
    timeoutMs,
  );
  const result = connection.decode(() => readReply(connection, reply));
  if (result.id.toString('hex') !== preparation.statementId) {
    throw new InvalidQueryError(
      `Node ${connection.node} had forgotten the prepared statement and gives it another id now; prepare it again, and check that the session is in the keyspace it was prepared in`,
      { node: connection.node },
    );
  }
  return result;
}

function readReply(connection: Connection, reply: Reply): PreparedResult {
  if (reply.opcode !== Opcode.RESULT || readResultKind(reply.reader) !== ResultKind.PREPARED) {
    throw new ProtocolError(
      `Node ${connection.node} answered PREPARE with something else; check what stands between driver and server`,
      { node: connection.node },
    );
  }
  return readPrepared(reply.reader, connection.protocolVersion);
}
