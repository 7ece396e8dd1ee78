import { ProtocolError } from '../errors/index.ts';
import {
  type ByteWriter,
  Opcode,
  type ProtocolVersion,
  readPrepared,
  readResultKind,
  ResultKind,
  writePrepare,
} from '../protocol/index.ts';
import type { StatementInfo } from './statement-info.ts';
import type { Executable, ResultReceiver } from './request-contract.ts';

const INFO: StatementInfo = Object.freeze({
  kind: 'read',
  operation: 'PREPARE',
  isConditional: false,
  isCounter: false,
  isBatch: false,
  keyspace: undefined,
  table: undefined,
});

/** A PREPARE request. It changes nothing, so it may be sent again like a read. */
export class PrepareRequest implements Executable {
  readonly opcode: number = Opcode.PREPARE;
  /** One of its own: trackers know texts by it. */
  readonly info: StatementInfo = { ...INFO };
  readonly isIdempotent: boolean = true;
  readonly reliesOnKeyspace: boolean = true;
  readonly lastMetadata: undefined = undefined;
  readonly cql: string;
  readonly #keyspace: string | undefined;

  constructor(cql: string, keyspace: string | undefined) {
    this.cql = cql;
    this.#keyspace = keyspace;
  }

  learn(): void {
    // The answer is no Rows result.
  }

  encode(writer: ByteWriter, version: ProtocolVersion): void {
    writePrepare(writer, version, this.cql, version < 5 ? undefined : this.#keyspace);
  }

  writeRoutingKey(): boolean {
    return false;
  }

  routingKeyspace(): string | undefined {
    return this.#keyspace;
  }

  preparation(): undefined {
    return undefined;
  }
}

/** Resolves with the answer to PREPARE. */
export const preparedReceiver: ResultReceiver = {
  receive(request, _attempt, reader): void {
    const kind = readResultKind(reader);
    if (kind !== ResultKind.PREPARED)
      throw new ProtocolError(
        `A statement was prepared and a result of kind ${kind} came; check what stands between driver and server`,
      );
    request.resolve(readPrepared(reader, request.core.protocolVersion));
  },
  empty: () => {
    throw new ProtocolError('A failed preparation cannot be ignored; check the retry policy');
  },
  rowsOf: () => undefined,
};
