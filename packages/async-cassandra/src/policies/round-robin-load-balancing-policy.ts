import { OptionReader } from '../errors/index.ts';
import type { ClusterView, NodeDistance, NodeInfo } from '../metadata/index.ts';
import type { LoadBalancingPolicy } from './load-balancing-policy.ts';

/** Options of {@link RoundRobinLoadBalancingPolicy}. */
export interface RoundRobinLoadBalancingPolicyOptions {
  /** Whether the nodes of all data centres take turns, and not only those of the local one; false by default. */
  readonly allDataCenters?: boolean | undefined;
}

/** Lets the nodes take turns, whatever data they hold: for tests, and for clusters where each node has all of it. */
export class RoundRobinLoadBalancingPolicy implements LoadBalancingPolicy {
  readonly #allDataCenters: boolean;
  #view!: ClusterView;
  #version = -1;
  #dataCenter = '';
  #nodes: readonly NodeInfo[] = [];
  #turn = 0;

  /** @throws ConfigurationError naming the option that is wrong */
  constructor(options: RoundRobinLoadBalancingPolicyOptions = {}) {
    const reader = new OptionReader('loadBalancingPolicy', options);
    this.#allDataCenters = reader.flag('allDataCenters', false);
    reader.end();
  }

  init(view: ClusterView): void {
    this.#view = view;
    this.#version = -1;
  }

  distance(node: NodeInfo): NodeDistance {
    const local = this.#view.localDataCenter;
    return this.#allDataCenters || local === '' || node.dataCenter === local ? 'local' : 'ignored';
  }

  first(): NodeInfo | null {
    const nodes = this.#current();
    return nodes.length === 0 ? null : (nodes[this.#takeTurn(nodes.length)] as NodeInfo);
  }

  *plan(): Generator<NodeInfo, undefined> {
    const nodes = this.#current();
    const start = nodes.length === 0 ? 0 : this.#takeTurn(nodes.length);
    for (let step = 0; step < nodes.length; step++) yield nodes[(start + step) % nodes.length] as NodeInfo;
  }

  #takeTurn(count: number): number {
    this.#turn = (this.#turn + 1) % count;
    return this.#turn;
  }

  #current(): readonly NodeInfo[] {
    const view = this.#view;
    if (view.version !== this.#version || view.localDataCenter !== this.#dataCenter) {
      this.#version = view.version;
      this.#dataCenter = view.localDataCenter;
      this.#nodes = view.nodes.filter((node) => view.isUp(node) && this.distance(node) === 'local');
    }
    return this.#nodes;
  }
}
