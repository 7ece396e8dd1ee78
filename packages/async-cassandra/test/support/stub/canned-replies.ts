import { createHash } from 'node:crypto';
import { compressEnvelope, encodeEnvelope, encodeRows, encodeVoid, opcodes } from '../wire/index.ts';
import type { Envelope } from '../wire/index.ts';
import { STUB_STATEMENTS } from './statements.ts';
import type { StubWorkload } from './statements.ts';
import { oneRow, stubColumns } from './tables.ts';

/** How bytes look on one connection. */
export interface WireForm {
  readonly version: number;
  readonly compression: 'none' | 'lz4';
}

/** Whole envelopes with stream id 0; `[1]` is the answer to those who ask to skip the metadata. */
export type CannedReply = readonly [Buffer, Buffer];

/** What a prepared statement is answered by: the same bytes each time, or pages. */
export type Answer = CannedReply | 'pages';

/** The id that a scripted server gives a statement, its first four bytes as a number. */
export function statementKey(workload: StubWorkload): number {
  return createHash('md5').update(STUB_STATEMENTS[workload]).digest().readInt32BE(0);
}

export function cannedVoid(form: WireForm): CannedReply {
  const bytes = envelopeBytes(form, encodeVoid());
  return [bytes, bytes];
}

/** Answers by `statementKey`, encoded once for a connection's form. */
export function cannedAnswers(form: WireForm): ReadonlyMap<number, Answer> {
  return new Map<number, Answer>([
    [statementKey('w1'), cannedRow(form, 'w1')],
    [statementKey('w2'), cannedVoid(form)],
    [statementKey('w3'), 'pages'],
    [statementKey('w4'), cannedRow(form, 'w4')],
  ]);
}

function cannedRow(form: WireForm, workload: 'w1' | 'w4'): CannedReply {
  const columns = stubColumns[workload];
  const content = oneRow(workload);
  return [
    envelopeBytes(form, encodeRows(form.version, { columns }, content)),
    envelopeBytes(form, encodeRows(form.version, { columns, noMetadata: true }, content)),
  ];
}

/** A RESULT as it is before framing; version 4 compresses it by itself. */
export function envelopeBytes({ version, compression }: WireForm, body: Buffer): Buffer {
  const envelope: Envelope = { version, isResponse: true, flags: 0, streamId: 0, opcode: opcodes.RESULT, body };
  return encodeEnvelope(version < 5 && compression === 'lz4' ? compressEnvelope(envelope, compression) : envelope);
}
