import type { Row } from '../../codecs/index.ts';
import type { PreparedStatement } from '../prepared-statement.ts';
import type { RequestSettings } from '../request-settings.ts';
import { ConcurrencyLimit } from './concurrency-limit.ts';
import { type AsCompletedOptions, concurrencyBounds } from './concurrent-options.ts';
import type { ConcurrentTarget } from './concurrent-target.ts';

/** A statement to execute many times, with the settings of its requests. */
export interface RepeatedStatement<R extends Row> {
  readonly statement: PreparedStatement<R>;
  readonly settings: RequestSettings;
}

/**
 * Resolves the options of the requests once for all of them, and prepares a text.
 * @throws ConfigurationError, and what `prepare` throws
 */
export async function repeatedStatement<R extends Row>(
  target: ConcurrentTarget,
  query: string | PreparedStatement<R>,
  { signal, requestOptions }: AsCompletedOptions,
): Promise<RepeatedStatement<R>> {
  const settings = target.settings(signal === undefined ? requestOptions : { ...requestOptions, signal });
  if (typeof query !== 'string') return { statement: query, settings };
  const { idempotent, timeoutMs, keyspace } = requestOptions ?? {};
  return { statement: await target.prepare<R>(query, { idempotent, timeoutMs, keyspace, signal }), settings };
}

/** The limit that the options ask for. */
export function concurrencyLimit(
  target: ConcurrentTarget,
  concurrency: AsCompletedOptions['concurrency'],
): ConcurrencyLimit {
  const { timers, random } = target.core.parts.seams;
  return new ConcurrencyLimit({ ...concurrencyBounds(concurrency), now: () => timers.now(), random });
}
