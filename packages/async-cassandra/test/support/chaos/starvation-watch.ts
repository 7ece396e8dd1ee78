import { setTimeout as pause } from 'node:timers/promises';
import { WireClient } from '../wire-client.ts';
import type { ChaosNode } from './chaos-ring.ts';

const TICK_MS = 20;
/** This process was not let run for so long. */
const AWAY_MS = 250;
const PROBE_EVERY_MS = 250;
/** A node in good health took so long to read one row of its own, of which a request at QUORUM needs several. */
const SLUGGISH_MS = 500;

interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * Notes when the machine had no time for this process, or for nodes that nothing is wrong with, so that no driver is
 * blamed for it. It asks the nodes past proxies and drivers.
 */
export class StarvationWatch {
  /** The node that has a fault now: what it does tells nothing. */
  exempt: ChaosNode | undefined;
  readonly #nodes: readonly ChaosNode[];
  readonly #spans: Span[] = [];
  readonly #over = new AbortController();
  readonly #clients = new Set<WireClient>();
  #running: Promise<unknown> = Promise.resolve();

  constructor(nodes: readonly ChaosNode[]) {
    this.#nodes = nodes;
  }

  start(): void {
    this.#running = Promise.all([this.#watchOwnTurns(), ...this.#nodes.map((node) => this.#watchNode(node))]);
  }

  async stop(): Promise<void> {
    this.#over.abort();
    for (const client of this.#clients) client.close();
    await this.#running;
  }

  /** Whether there was no time for somebody then. */
  overlaps(fromMs: number, toMs: number): boolean {
    return this.#spans.some((span) => span.fromMs < toMs && span.toMs > fromMs);
  }

  /** Share of a time in which somebody was starved, from 0 to 1. */
  share(fromMs: number, toMs: number): number {
    const STEPS = 1_000;
    const stepMs = (toMs - fromMs) / STEPS;
    let starved = 0;
    for (let i = 0; i < STEPS; i++) if (this.overlaps(fromMs + i * stepMs, fromMs + (i + 1) * stepMs)) starved++;
    return starved / STEPS;
  }

  async #watchOwnTurns(): Promise<void> {
    for (let last = performance.now(); await this.#sleep(TICK_MS); ) {
      const now = performance.now();
      if (now - last > AWAY_MS) this.#spans.push({ fromMs: last, toMs: now });
      last = now;
    }
  }

  async #watchNode(target: ChaosNode): Promise<void> {
    let client: WireClient | null = null;
    while (await this.#sleep(PROBE_EVERY_MS)) {
      if (this.exempt === target) continue;
      const fromMs = performance.now();
      try {
        client ??= await this.#connect(target);
        await client.query('SELECT key FROM system.local');
      } catch {
        this.#release(client);
        client = null;
      }
      const toMs = performance.now();
      if (toMs - fromMs > SLUGGISH_MS && this.exempt !== target) this.#spans.push({ fromMs, toMs });
    }
    this.#release(client);
  }

  async #connect({ node }: ChaosNode): Promise<WireClient> {
    const client = await WireClient.connect({ host: node.address, port: node.port });
    this.#clients.add(client);
    return client;
  }

  #release(client: WireClient | null): void {
    if (client === null) return;
    client.close();
    this.#clients.delete(client);
  }

  /** @returns false when the watch is over */
  async #sleep(ms: number): Promise<boolean> {
    await pause(ms, undefined, { signal: this.#over.signal }).catch(() => undefined);
    return !this.#over.signal.aborted;
  }
}
