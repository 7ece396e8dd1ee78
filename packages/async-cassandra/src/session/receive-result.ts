import type { Row } from '../codecs/index.ts';
import { type ByteReader, readPrepared, readResultKind, readSchemaChange, readSetKeyspace, ResultKind } from '../protocol/index.ts';
import type { Attempt } from './attempt.ts';
import { keepReader, RawPage } from './raw-page.ts';
import type { Request } from './request.ts';
import type { ResultMetadata } from './result-metadata.ts';
import { AsyncResultSet } from './result-set.ts';

/** `execute` lets others have the event loop after this much was decoded (rule 13 of the design). */
const SLICE_BYTES = 256 * 1024;

/** Reads a RESULT and settles the request with it, or goes on to the next page when this one is empty. */
export function receiveResult(request: Request, attempt: Attempt, reader: ByteReader, owned: boolean): void {
  switch (readResultKind(reader)) {
    case ResultKind.ROWS:
      receiveRows(request, attempt, reader, owned);
      return;
    case ResultKind.VOID:
      request.resolve(request.isRaw ? RawPage.empty(request) : AsyncResultSet.empty(request));
      return;
    case ResultKind.PREPARED:
      request.resolve(readPrepared(reader, request.core.protocolVersion));
      return;
    case ResultKind.SET_KEYSPACE:
      finishAfter(request, request.core.parts.onKeyspaceSet(readSetKeyspace(reader)));
      return;
    case ResultKind.SCHEMA_CHANGE: {
      const agreed = request.core.parts.onSchemaChange(readSchemaChange(reader), request.remainingMs(), request.core.closing);
      finishAfter(
        request,
        agreed.then((isInAgreement) => {
          request.isSchemaInAgreement = isInAgreement;
        }),
      );
      return;
    }
  }
}

/** Resolves with an empty result once `work` is done; the statement itself has succeeded, so a failure of it is not one of the statement. */
function finishAfter(request: Request, work: Promise<void>): void {
  const finish = (): void => request.resolve(AsyncResultSet.empty(request));
  work.then(finish, (error: unknown) => {
    request.core.parts.logger.warn?.(`Work after a schema or keyspace change failed: ${error instanceof Error ? error.message : 'unknown error'}`);
    finish();
  });
}

function receiveRows(request: Request, attempt: Attempt, reader: ByteReader, owned: boolean): void {
  const { core, statement } = request;
  const head = core.rowsHead;
  const last = statement.lastMetadata;
  const metadata = head.read(reader, core.protocolVersion, attempt.sentMetadata, last, core.registry);
  if (metadata !== last) statement.learn(metadata);
  const { pagingState, rowCount } = head;
  if (rowCount === 0 && pagingState !== undefined && request.settings.pagingState === undefined && !request.isRaw) {
    request.continueFrom(pagingState, attempt);
    return;
  }
  if (request.isRaw) {
    request.resolve(RawPage.of(request, metadata, rowCount, pagingState, reader, owned));
    return;
  }
  if (reader.end - reader.pos > SLICE_BYTES) {
    decodeInSlices(request, metadata, rowCount, pagingState, keepReader(reader, owned));
    return;
  }
  const rows: Row[] = [];
  metadata.decoder.decode(reader, rowCount, rows);
  request.resolve(new AsyncResultSet(request, rows, metadata, pagingState));
}

function decodeInSlices(request: Request, metadata: ResultMetadata, rowCount: number, pagingState: Buffer | undefined, reader: ByteReader): void {
  const rowsPerSlice = Math.max(1, Math.floor((SLICE_BYTES / (reader.end - reader.pos)) * rowCount));
  const rows: Row[] = [];
  const { setImmediate } = request.core.parts.seams.timers;
  const slice = (): void => {
    if (request.isSettled) return;
    try {
      metadata.decoder.decode(reader, Math.min(rowsPerSlice, rowCount - rows.length), rows);
    } catch (error) {
      request.failOnRows(error);
      return;
    }
    if (rows.length < rowCount) setImmediate(slice);
    else request.resolve(new AsyncResultSet(request, rows, metadata, pagingState));
  };
  slice();
}
