import type { Release } from '../catalogue/release.ts';
import type { CqlEndPoint } from '../cql/cql-connection.ts';
import type { JavaRuntime } from '../java/find-java.ts';
import type { ProcessGuard } from '../process/process-guard.ts';
import type { ClusterTls } from '../tls/cluster-tls.ts';
import type { RingMember } from './ring-member.ts';
import type { ResolvedOptions } from './resolve-options.ts';

/** What the nodes of one cluster share. */
export interface ClusterContext {
  readonly release: Release;
  readonly options: ResolvedOptions;
  readonly java: JavaRuntime;
  readonly jars: readonly string[];
  readonly guard: ProcessGuard;
  readonly folder: string;
  readonly tls: ClusterTls | undefined;
  /** The nodes that belong to the ring, whatever their state; the cluster keeps it up to date. */
  readonly members: Set<RingMember>;
}

/** The superuser that Cassandra creates by itself. */
export const superuser: { readonly username: string; readonly password: string } = {
  username: 'cassandra',
  password: 'cassandra',
};

/** How this package's own checks reach a node. */
export function endPointOf(context: ClusterContext, address: string, port: number): CqlEndPoint {
  return {
    address,
    port,
    credentials: context.options.auth ? superuser : undefined,
    tls: context.tls?.material,
  };
}
