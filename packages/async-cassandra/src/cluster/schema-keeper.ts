import type { Connection } from '../connection/index.ts';
import {
  type Keyspaces,
  refreshElement,
  refreshKeyspace,
  refreshSchema,
  type SchemaScope,
  scopeOfChange,
  type Turns,
} from '../metadata/index.ts';
import type { SchemaChange } from '../protocol/index.ts';
import type { MetadataKeeper } from './metadata-keeper.ts';
import { readSchemaRows } from './schema-reader.ts';

/** Keyspaces of which more than the replication is kept. */
export type KeptKeyspaces = 'all' | readonly string[];

export interface SchemaKeeperOptions {
  readonly metadata: MetadataKeeper;
  readonly turns: Turns;
  /** Bounds each query. */
  readonly timeoutMs: number;
  readonly kept: KeptKeyspaces;
}

/** More changes than this are not followed one by one: their keyspaces are read, or everything when these are as many. */
const MAX_SCOPES = 20;

/**
 * Reads the schema into the metadata: of every keyspace how it is replicated, which is all that routing needs, and all of
 * those that are kept. Not to be called twice at the same time.
 */
export class SchemaKeeper {
  readonly #options: SchemaKeeperOptions;
  #kept: 'all' | Set<string>;

  constructor(options: SchemaKeeperOptions) {
    this.#options = options;
    this.#kept = options.kept === 'all' ? 'all' : new Set(options.kept);
  }

  /** Whether more than the replication of keyspaces is kept. */
  get keepsContents(): boolean {
    return this.#kept === 'all' || this.#kept.size > 0;
  }

  /** From now on keeps these too. @returns whether that is news */
  keep(keyspaces: KeptKeyspaces): boolean {
    if (this.#kept === 'all') return false;
    const { size } = this.#kept;
    if (keyspaces === 'all') this.#kept = 'all';
    else for (const name of keyspaces) this.#kept.add(name);
    return this.#kept === 'all' || this.#kept.size > size;
  }

  /** Reads how keyspaces are replicated. What was known of their contents stays. @returns what has changed */
  async readReplication(connection: Connection, isCurrent: () => boolean): Promise<readonly SchemaChange[]> {
    const { metadata, turns, timeoutMs } = this.#options;
    const before = metadata.current.keyspaces;
    const rows = await readSchemaRows(connection, { part: 'replication' }, timeoutMs);
    const { keyspaces, changes } = await refreshSchema(before, rows, turns);
    const next = new Map(keyspaces);
    // This reading does not tell of contents, nor of virtual keyspaces.
    for (const [name, keyspace] of before)
      if (keyspace.isVirtual || (keyspace.isComplete && next.has(name))) next.set(name, keyspace);
    this.#set(next, isCurrent);
    return changes.filter((change) => before.get(change.keyspace)?.isVirtual !== true);
  }

  /** Reads everything that is kept. @returns what has changed */
  async readAll(connection: Connection, isCurrent: () => boolean): Promise<readonly SchemaChange[]> {
    const { metadata, turns, timeoutMs } = this.#options;
    const before = metadata.current.keyspaces;
    if (this.#kept === 'all') {
      const { keyspaces, changes } = await refreshSchema(
        before,
        await readSchemaRows(connection, { part: 'all' }, timeoutMs),
        turns,
      );
      this.#set(keyspaces, isCurrent);
      // Virtual keyspaces do not come and go; they are read here and nowhere else.
      return changes.filter(({ keyspace }) => (keyspaces.get(keyspace) ?? before.get(keyspace))?.isVirtual !== true);
    }
    let changes = await this.readReplication(connection, isCurrent);
    for (const keyspace of this.#kept) {
      if (!isCurrent() || !metadata.current.keyspaces.has(keyspace)) continue;
      const { schema } = await readSchemaRows(connection, { part: 'keyspace', keyspace }, timeoutMs);
      const refresh = await refreshKeyspace(before, keyspace, schema, turns);
      const next = new Map(metadata.current.keyspaces);
      const read = refresh.keyspaces.get(keyspace);
      if (read === undefined) next.delete(keyspace);
      else next.set(keyspace, read);
      this.#set(next, isCurrent);
      changes = [...changes.filter((change) => change.keyspace !== keyspace), ...refresh.changes];
    }
    return changes;
  }

  /** Reads what these changes are about, as far as it is kept. */
  async readChanged(connection: Connection, changes: readonly SchemaChange[], isCurrent: () => boolean): Promise<void> {
    const scopes = new Map<string, SchemaScope>();
    for (const change of changes) {
      const scope = this.#scopeOf(change);
      if (scope !== undefined) scopes.set(JSON.stringify(scope), scope);
    }
    const gathered = gather([...scopes.values()]);
    if (gathered.length > MAX_SCOPES) {
      await this.readAll(connection, isCurrent);
      return;
    }
    for (const scope of gathered) {
      if (!isCurrent()) return;
      if (scope.part === 'replication') await this.readReplication(connection, isCurrent);
      else await this.#readScope(connection, scope, isCurrent);
    }
  }

  async #readScope(connection: Connection, scope: SchemaScope, isCurrent: () => boolean): Promise<void> {
    const { metadata, turns, timeoutMs } = this.#options;
    const { schema } = await readSchemaRows(connection, scope, timeoutMs);
    const before = metadata.current.keyspaces;
    if (scope.part === 'keyspace')
      this.#set((await refreshKeyspace(before, scope.keyspace, schema, turns)).keyspaces, isCurrent);
    else if ('name' in scope) this.#set((await refreshElement(before, scope, schema, turns)).keyspaces, isCurrent);
  }

  /** What has to be read for a change; undefined: nothing, as the keyspace's contents are not kept. */
  #scopeOf(change: SchemaChange): SchemaScope | undefined {
    const { keyspace } = change;
    const known = this.#options.metadata.current.keyspaces.get(keyspace);
    const isKept = this.#kept === 'all' || this.#kept.has(keyspace);
    if (isKept) return known?.isComplete === true ? scopeOfChange(change) : { part: 'keyspace', keyspace };
    return change.target === 'KEYSPACE' || known === undefined ? { part: 'replication' } : undefined;
  }

  #set(keyspaces: Keyspaces, isCurrent: () => boolean): void {
    if (isCurrent()) this.#options.metadata.setKeyspaces(keyspaces);
  }
}

/** What is to be read for many changes: whole keyspaces instead of one thing after the other. */
function gather(scopes: readonly SchemaScope[]): readonly SchemaScope[] {
  if (scopes.length <= MAX_SCOPES) return scopes;
  const gathered = new Map<string, SchemaScope>();
  for (const scope of scopes) {
    if ('keyspace' in scope) gathered.set(scope.keyspace, { part: 'keyspace', keyspace: scope.keyspace });
    else gathered.set('', scope);
  }
  return [...gathered.values()];
}
