import type { Row } from '../codecs/index.ts';
import { thrownMessage } from '../diagnostics/index.ts';
import { ProtocolError } from '../errors/index.ts';
import {
  type ByteReader,
  readResultKind,
  readSchemaChange,
  readSetKeyspace,
  ResultKind,
  type SchemaChange,
} from '../protocol/index.ts';
import { SLICE_BYTES } from './decode-turns.ts';
import type { LiveAttempt, LiveRequest, ResultReceiver } from './request-contract.ts';
import type { ResultMetadata } from './result-metadata.ts';
import { AsyncResultSet } from './result-set.ts';

/** Makes an `AsyncResultSet` of a RESULT; goes on to the next page while a page is empty and not the last (rule 1). */
export const resultSetReceiver: ResultReceiver = {
  receive(request, attempt, reader, owned): void {
    const kind = readResultKind(reader);
    if (kind === ResultKind.ROWS) receiveRows(request, attempt, reader, owned);
    else if (kind === ResultKind.VOID) request.resolve(AsyncResultSet.empty(request));
    else if (kind === ResultKind.SET_KEYSPACE) receiveKeyspace(request, attempt, readSetKeyspace(reader));
    else if (kind === ResultKind.SCHEMA_CHANGE) receiveSchemaChange(request, attempt, readSchemaChange(reader));
    else
      throw new ProtocolError(
        `A statement was executed and a result of kind ${kind} came; check what stands between driver and server`,
      );
  },
  empty: (request) => AsyncResultSet.empty(request),
  rowsOf: (result) => {
    const { columns, currentRows } = result as AsyncResultSet;
    return columns.length === 0 ? undefined : currentRows.length;
  },
};

function receiveKeyspace(request: LiveRequest, attempt: LiveAttempt, keyspace: string): void {
  const { core } = request;
  // On v4 the session had its connections changed before it sent the statement.
  if (core.protocolVersion < 5 && core.keyspace === keyspace) request.resolve(AsyncResultSet.empty(request));
  else finishAfter(request, attempt, () => core.parts.onKeyspaceSet(keyspace));
}

function receiveSchemaChange(request: LiveRequest, attempt: LiveAttempt, change: SchemaChange): void {
  const { parts, closing } = request.core;
  finishAfter(request, attempt, async () => {
    request.isSchemaInAgreement = false;
    const timeoutMs = Math.max(1, request.remainingMs());
    request.isSchemaInAgreement = await parts.onSchemaChange(change, attempt.connection, timeoutMs, closing);
  });
}

/** The statement itself has succeeded, so a failure of the work that follows it is not one of the statement. */
function finishAfter(request: LiveRequest, attempt: LiveAttempt, work: () => Promise<void>): void {
  request.trailFrom(attempt.startedAt()).note('unknown');
  const finish = (): void => request.resolve(AsyncResultSet.empty(request));
  work().then(finish, (error: unknown) => {
    request.core.parts.logger.warn?.({ error: thrownMessage(error) }, 'Work after a schema or keyspace change failed');
    finish();
  });
}

function receiveRows(request: LiveRequest, attempt: LiveAttempt, reader: ByteReader, owned: boolean): void {
  const { core, statement } = request;
  const head = core.rowsHead;
  const last = statement.lastMetadata;
  const metadata = head.read(reader, core.protocolVersion, attempt.sentMetadata, last, core.registry);
  // Metadata that the request knew and the answer left out is nothing new, and may be out of date by now.
  if (metadata !== last && metadata !== attempt.sentMetadata) statement.learn(metadata);
  const { pagingState, rowCount } = head;
  if (rowCount === 0 && pagingState !== undefined && request.settings.pagingState === undefined) {
    request.continueFrom(pagingState, attempt);
  } else if (reader.end - reader.pos > SLICE_BYTES) {
    decodeInSlices(request, attempt, metadata, rowCount, pagingState, reader.keep(owned));
  } else {
    const rows: Row[] = [];
    metadata.decoder.decode(reader, rowCount, rows);
    if (owned) reader.dispose();
    request.resolve(new AsyncResultSet(request, rows, metadata, pagingState));
  }
}

function decodeInSlices(
  request: LiveRequest,
  attempt: LiveAttempt,
  metadata: ResultMetadata,
  rowCount: number,
  pagingState: Buffer | undefined,
  reader: ByteReader,
): void {
  const rowsPerSlice = Math.max(1, Math.floor((SLICE_BYTES / (reader.end - reader.pos)) * rowCount));
  const rows: Row[] = [];
  const { timers } = request.core.parts.seams;
  request.trailFrom(attempt.startedAt()).note('unknown');
  const slice = (): void => {
    if (request.isSettled) return;
    try {
      metadata.decoder.decode(reader, Math.min(rowsPerSlice, rowCount - rows.length), rows);
    } catch (error) {
      request.failOnRows(error);
      return;
    }
    if (rows.length < rowCount) timers.setImmediate(slice);
    else {
      reader.dispose();
      request.resolve(new AsyncResultSet(request, rows, metadata, pagingState));
    }
  };
  slice();
}
