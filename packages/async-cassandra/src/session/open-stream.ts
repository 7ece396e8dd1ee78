import type { Row } from '../codecs/index.ts';
import { ConfigurationError, TimeoutError } from '../errors/index.ts';
import type { OpenStreams } from './open-streams.ts';
import { PageSource } from './page-source.ts';
import { type RawPage, rawPageReceiver } from './raw-page.ts';
import { Request } from './request.ts';
import type { RequestCore } from './request-core.ts';
import { type RequestSettings, resolveSettings, type SettingsContext } from './request-settings.ts';
import type { StreamConfig } from './stream-config.ts';
import { AsyncStreamingResultSet } from './streaming-result-set.ts';
import type { Executable } from './request-contract.ts';

/** What a session lends to its streams. */
export interface StreamContext {
  readonly core: RequestCore;
  readonly defaults: RequestSettings;
  readonly context: SettingsContext;
  readonly streams: OpenStreams;
}

/** A statement that can be sent. */
export interface StreamStatement {
  readonly statement: Executable;
  readonly values: readonly unknown[];
  readonly settings: RequestSettings;
}

function wholeOption(path: string, value: number | undefined, min: number, absent: number): number {
  if (value === undefined) return absent;
  if (!Number.isSafeInteger(value) || value < min)
    throw new ConfigurationError(path, `Stream option "${path}" must be a whole number of at least ${min}`);
  return value;
}

function timeOption(path: string, value: number | undefined, absent: number): number {
  if (value === undefined) return absent;
  if (typeof value !== 'number' || !(value > 0))
    throw new ConfigurationError(path, `Stream option "${path}" must be a positive number of milliseconds`);
  return value;
}

/** Opens a stream: resolves when its first page is there. */
export async function openStream<R extends Row>(
  context: StreamContext,
  config: StreamConfig,
  resolveStatement: (settings: RequestSettings) => Promise<StreamStatement>,
): Promise<AsyncStreamingResultSet<R>> {
  const { prefetchPages, maxPages, timeoutMs, pageTimeoutMs, pageCallback, ...requestOptions } = config;
  if (pageCallback !== undefined && typeof pageCallback !== 'function')
    throw new ConfigurationError('pageCallback', 'Stream option "pageCallback" must be a function');
  const { core, streams } = context;
  const { timers } = core.parts.seams;
  const streamTimeoutMs = timeOption('timeoutMs', timeoutMs, Infinity);
  const deadline = timers.now() + streamTimeoutMs;
  const options = {
    prefetchPages: wholeOption('prefetchPages', prefetchPages, 0, 1),
    maxPages: wholeOption('maxPages', maxPages, 1, Infinity),
    deadline,
    timeoutMs: streamTimeoutMs,
  };
  const settings = resolveSettings(context.defaults, requestOptions, context.context);
  settings.timeoutMs = timeOption('pageTimeoutMs', pageTimeoutMs, settings.timeoutMs);
  const handle = streams.open();
  try {
    const ready = await resolveStatement({ ...settings, timeoutMs: Math.min(settings.timeoutMs, streamTimeoutMs) });
    const page = await firstPage(core, ready);
    if (timers.now() >= deadline)
      throw new TimeoutError(
        `The stream took longer than timeoutMs (${streamTimeoutMs} ms) to begin`,
        streamTimeoutMs,
        { outcome: 'rejected' },
      );
    page.request.settings = settings;
    const stream = new AsyncStreamingResultSet<R>(page, new PageSource(page, options), handle, pageCallback);
    streams.watch(stream, handle);
    return stream;
  } catch (error) {
    handle.release();
    throw error;
  }
}

function firstPage(core: RequestCore, { statement, values, settings }: StreamStatement): Promise<RawPage> {
  return new Promise((resolve, reject) => {
    new Request(core, statement, values, settings, rawPageReceiver, (page) => resolve(page as RawPage), reject).start();
  });
}
