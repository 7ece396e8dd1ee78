import { ClusterState } from '../../../src/cluster/cluster-state.ts';
import { ConnectLimiter } from '../../../src/cluster/connect-limiter.ts';
import { diffNodes } from '../../../src/cluster/node-diff.ts';
import { SessionPools } from '../../../src/cluster/session-pools.ts';
import type { Connection, EndPoint } from '../../../src/connection/index.ts';
import { ConnectionError } from '../../../src/errors/index.ts';
import type { NodeDistance, NodeInfo } from '../../../src/metadata/index.ts';
import { VirtualClock } from '../../support/index.ts';
import { type Deferred, deferred, doubling, FakeConnection, testInfo } from './fakes.ts';

/** The nodes that there are at first. */
export const threeNodes = [testInfo(0), testInfo(1), testInfo(2)] as const;

export const refused: ConnectionError = new ConnectionError('refused');

/** How nodes answer to attempts, by host: what is not said is accepted. */
type Behaviour = 'accept' | 'hang' | Error;

/** The pools of a session to three nodes, whose answers and clock are moved by hand. */
export class SessionPoolsHarness {
  readonly clock: VirtualClock = new VirtualClock();
  readonly state = new ClusterState({ seams: { timers: this.clock, random: () => 0 }, listener: {}, logger: {} });
  readonly behaviour = new Map<string, Behaviour>();
  readonly opened: {
    readonly host: string;
    readonly keyspace: string | undefined;
    readonly connection: FakeConnection;
  }[] = [];
  readonly tried: string[] = [];
  readonly hanging: Deferred<Connection>[] = [];
  readonly warnings: string[] = [];
  readonly pools: SessionPools;

  constructor(
    o: { keyspace?: string; isV4?: boolean; size?: number; distance?: (node: NodeInfo) => NodeDistance } = {},
  ) {
    if (o.distance !== undefined) this.state.useDistances(o.distance);
    this.setNodes(...threeNodes);
    this.pools = new SessionPools({
      state: this.state,
      connectionsPerNode: o.size ?? 1,
      open: (endPoint, { keyspace, signal }) => this.#open(endPoint, keyspace, signal),
      connectionsUseKeyspace: o.isV4 ?? false,
      keyspace: o.keyspace,
      reconnectionPolicy: doubling,
      limiter: new ConnectLimiter(),
      seams: { timers: this.clock, random: () => 0 },
      logger: { warn: (_fields, message) => this.warnings.push(message ?? '') },
      onAvailable: () => undefined,
    });
  }

  setNodes(...nodes: NodeInfo[]): void {
    this.state.applyNodes(
      diffNodes(this.state.members, nodes),
      new Map(nodes.map((node) => [node.hostId, { host: node.address, port: node.port }])),
    );
  }

  connectionsTo(host: string): FakeConnection[] {
    return this.opened.filter((one) => one.host === host && one.connection.isOpen).map((one) => one.connection);
  }

  #open(endPoint: EndPoint, keyspace: string | undefined, signal: AbortSignal): Promise<Connection> {
    const behaviour = this.behaviour.get(endPoint.host) ?? 'accept';
    this.tried.push(endPoint.host);
    if (behaviour instanceof Error) return Promise.reject(behaviour);
    if (behaviour === 'hang') {
      const outcome = deferred<Connection>();
      this.hanging.push(outcome);
      signal.addEventListener('abort', () => outcome.reject(new ConnectionError('aborted')), { once: true });
      return outcome.promise;
    }
    const connection = new FakeConnection();
    this.opened.push({ host: endPoint.host, keyspace, connection });
    return Promise.resolve(connection.real);
  }
}
