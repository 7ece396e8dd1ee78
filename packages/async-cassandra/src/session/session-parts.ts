import type { SessionPools } from '../cluster/index.ts';
import type { TableMetadata } from '../metadata/index.ts';
import type { OpenStreams } from './open-streams.ts';
import type { PrepareCache } from './prepare-cache.ts';
import type { RequestCore } from './request-core.ts';
import type { RequestSettings, SettingsContext } from './request-settings.ts';
import type { SchemaSource } from './scan/scan-target.ts';
import type { SessionLimits } from './session-state.ts';
import type { TextFactsCache } from './text-facts.ts';

/** What a session is made of; put together at the composition root. */
export interface SessionParts {
  readonly core: RequestCore;
  readonly pools: SessionPools;
  readonly defaults: RequestSettings;
  readonly context: SettingsContext;
  readonly facts: TextFactsCache;
  readonly cache: PrepareCache;
  readonly streams: OpenStreams;
  readonly drainTimeoutMs: number;
  readonly limits: SessionLimits;
  readonly schema: SchemaSource;
  /** A table, when the metadata holds it. */
  table(keyspace: string, name: string): TableMetadata | undefined;
  /** The session has closed. */
  onClosed(): void;
}
