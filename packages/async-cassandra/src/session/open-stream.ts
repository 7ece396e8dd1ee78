import type { Row } from '../codecs/index.ts';
import { ConfigurationError, type OptionMessage, OptionReader } from '../errors/index.ts';
import { StreamObservation } from './observation/stream-observation.ts';
import type { TrackerGroup } from './observation/tracker-group.ts';
import type { OpenStreams } from './open-streams.ts';
import { PageSource, streamAborted } from './page-source.ts';
import { type RawPage, rawPageReceiver } from './raw-page.ts';
import type { ReadyStatement } from './ready-statement.ts';
import { Request } from './request.ts';
import type { RequestCore } from './request-core.ts';
import { type RequestSettings, resolveSettings, type SettingsContext } from './request-settings.ts';
import type { StreamConfig } from './stream-config.ts';
import { AsyncStreamingResultSet } from './streaming-result-set.ts';

/** What a session lends to its streams. */
export interface StreamContext {
  readonly core: RequestCore;
  readonly defaults: RequestSettings;
  readonly context: SettingsContext;
  readonly streams: OpenStreams;
}

const streamMessage: OptionMessage = (path, requirement) => `Stream option "${path}" ${requirement}`;

/** Opens a stream: resolves when its first page is there. */
export async function openStream<R extends Row>(
  context: StreamContext,
  query: string | { readonly cql: string },
  config: StreamConfig,
  resolveStatement: (settings: RequestSettings) => Promise<ReadyStatement> | ReadyStatement,
): Promise<AsyncStreamingResultSet<R>> {
  const reader = new OptionReader('', config, streamMessage);
  const pageCallback = reader.functionOf<NonNullable<StreamConfig['pageCallback']>>('pageCallback');
  const { core, streams } = context;
  const { timers } = core.parts.seams;
  const streamTimeoutMs = reader.milliseconds('timeoutMs', Infinity);
  const deadline = timers.now() + streamTimeoutMs;
  const options = {
    prefetchPages: reader.whole('prefetchPages', 1, 0),
    maxPages: reader.whole('maxPages', Infinity, 1),
    deadline,
    timeoutMs: streamTimeoutMs,
  };
  const pageTimeoutMs = reader.milliseconds('pageTimeoutMs', undefined);
  const settings = resolveSettings(context.defaults, reader.rest(), context.context);
  if (pageTimeoutMs !== undefined) settings.timeoutMs = pageTimeoutMs;
  const startedAt = timers.now();
  const handle = streams.open();
  try {
    const followers = core.followers();
    if (followers !== null) handle.observation = observeStream(core, followers, query);
    settings.stream = handle.observation ?? undefined;
    // Preparing and the first page share the time of one page.
    const first = { ...settings, timeoutMs: Math.min(settings.timeoutMs, streamTimeoutMs) };
    const page = await firstPage(core, await resolveStatement(first), first, startedAt);
    // It may have fired when the page had come already.
    if (settings.signal?.aborted === true) throw streamAborted(settings.signal);
    const source = new PageSource(page, settings, options);
    const stream = new AsyncStreamingResultSet<R>(page, source, handle, pageCallback);
    streams.watch(stream, handle, source);
    return stream;
  } catch (error) {
    handle.release('failed', error);
    throw error;
  }
}

function observeStream(
  core: RequestCore,
  trackers: TrackerGroup,
  query: string | { readonly cql: string },
): StreamObservation {
  const cql = query instanceof Object ? query.cql : query;
  const facts = { kind: 'stream', cql, keyspace: core.keyspace, table: undefined } as const;
  return new StreamObservation(trackers, facts, core.parts.seams.timers.now());
}

function firstPage(
  core: RequestCore,
  { statement, values }: ReadyStatement,
  settings: RequestSettings,
  startedAt: number,
): Promise<RawPage> {
  if (statement.info.kind === 'schema' || statement.info.kind === 'use')
    throw new ConfigurationError('query', 'Only statements that return rows can be streamed; use execute() for others');
  return new Promise((resolve, reject) => {
    const done = (page: unknown): void => resolve(page as RawPage);
    const request = new Request(core, statement, values, settings, rawPageReceiver, done, reject);
    request.trailFrom(startedAt);
    request.start();
  });
}
