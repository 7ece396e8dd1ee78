import type { Row } from '../../codecs/index.ts';
import { ConfigurationError } from '../../errors/index.ts';
import type { RepeatedStatement } from './repeated-statement.ts';

const OPERATIONS: ReadonlySet<string> = new Set(['INSERT', 'UPDATE', 'DELETE']);

function refuse(expected: string): never {
  throw new ConfigurationError('batchByReplica', `Option "batchByReplica" of executeConcurrent() is for ${expected}`);
}

/**
 * Only what may be repeated: when a batch fails, nobody knows of any of its members whether it was applied.
 * @throws ConfigurationError
 */
export function checkBatchable<R extends Row>({ statement, settings }: RepeatedStatement<R>): void {
  const { info, partitionKeyIndexes } = statement;
  if (info.kind !== 'write' || info.isBatch || !OPERATIONS.has(info.operation)) refuse('INSERT, UPDATE and DELETE');
  if (info.isConditional) refuse('statements without IF');
  if (info.isCounter) refuse('tables without counters');
  if (partitionKeyIndexes.length === 0) refuse('statements that bind all columns of the partition key to markers');
  if (statement.isIdempotent === false || (settings.idempotent ?? statement.isIdempotent) !== true)
    refuse('statements that are marked idempotent: true');
}
