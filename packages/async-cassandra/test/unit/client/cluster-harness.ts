import { AsyncCluster, type ClusterOptions } from '../../../src/client/index.ts';
import type { Logger } from '../../../src/diagnostics/index.ts';
import {
  MemoryNetwork,
  ScriptedCluster,
  type ScriptedClusterOptions,
  SeededRandom,
  VirtualClock,
} from '../../support/index.ts';

/** A scripted cluster in memory, on virtual time, and what clusters made here log. */
export class ClusterHarness {
  readonly clock: VirtualClock;
  readonly network: MemoryNetwork;
  readonly servers: ScriptedCluster;
  /** Level, message and fields of every line. */
  readonly lines: { readonly level: string; readonly fields: object | string; readonly message?: string }[] = [];

  private constructor(clock: VirtualClock, network: MemoryNetwork, servers: ScriptedCluster) {
    this.clock = clock;
    this.network = network;
    this.servers = servers;
  }

  static async start(options: ScriptedClusterOptions = {}): Promise<ClusterHarness> {
    const clock = new VirtualClock();
    const conditions = { latencyMs: 1 };
    const network = new MemoryNetwork({ timers: clock, random: new SeededRandom(1), conditions });
    const common = { nodes: 3, firstAddress: '10.0.0.1', ...options, network, timers: clock };
    return new ClusterHarness(clock, network, await ScriptedCluster.start(common));
  }

  get logger(): Logger {
    const log =
      (level: string) =>
      (fields: object | string, message?: string): void => {
        this.lines.push(message === undefined ? { level, fields } : { level, fields, message });
      };
    return { error: log('error'), warn: log('warn'), info: log('info'), debug: log('debug') };
  }

  /** A cluster of the driver's, on this network. */
  cluster(options: ClusterOptions = {}): AsyncCluster {
    return new AsyncCluster({ contactPoints: ['10.0.0.1'], logger: this.logger, ...options }, this.network.seams);
  }

  settle<T>(promise: PromiseLike<T>): Promise<T> {
    return this.clock.settle(promise);
  }

  /** What a closed driver has left: open links, timers. Servers have neither of their own. */
  async leftovers(): Promise<{ readonly links: number; readonly timers: number }> {
    await this.clock.advance(10);
    return { links: this.network.openLinks().length, timers: this.clock.pending };
  }
}

/** Nothing is left. */
export const nothing = { links: 0, timers: 0 } as const;
