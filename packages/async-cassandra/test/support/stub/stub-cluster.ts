import { pages, rows, ScriptedCluster, t } from '../index.ts';
import type { ServerNetwork } from '../server/link.ts';
import type { FastPathOptions } from './fast-path.ts';
import { PagedReplies } from './paged-replies.ts';
import { STUB_STATEMENTS } from './statements.ts';
import type { StubOptions } from './stub-options.ts';
import { addStubTables, stubColumns } from './tables.ts';

/** What the fast path of a stub with these options does. */
export function fastPathOptions(options: StubOptions): FastPathOptions {
  return {
    pages: new PagedReplies(options.pages ?? 20, options.pageRows ?? 5_000),
    versions: options.versions ?? [4, 5],
    slowEvery: options.slowEvery ?? 0,
  };
}

/** The scripted nodes behind the fast path: they shake hands, know their tables, and prepare the statements. */
export async function startStubCluster(
  network: ServerNetwork,
  options: StubOptions,
  port: number,
): Promise<ScriptedCluster> {
  const cluster = await ScriptedCluster.start({
    network,
    nodes: options.nodes ?? 1,
    versions: options.versions ?? [4, 5],
    compression: ['lz4'],
    logLimit: 0,
    port,
  });
  addStubTables(cluster.schema);
  // Their columns in the order in which the fast path sends them.
  const byKey = (name: string): { bind: Record<string, typeof t.uuid>; partitionKey: string[] } => ({
    bind: { [name]: t.uuid },
    partitionKey: [name],
  });
  cluster.when(STUB_STATEMENTS.w1, rows(stubColumns.w1), byKey('id'));
  cluster.when(STUB_STATEMENTS.w3, pages(stubColumns.w3, [[]]), byKey('pk'));
  cluster.when(STUB_STATEMENTS.w4, rows(stubColumns.w4), byKey('id'));
  return cluster;
}
