import type { Client } from 'cassandra-driver';
import { propertyRuns } from '../property-runs.ts';
import { chooseSeed, SeededRandom } from '../seeded-random.ts';
import { ChaosRing } from './chaos-ring.ts';
import { runRound } from './fault-round.ts';
import type { Fault } from './faults.ts';
import { type Figures, figuresOf } from './figures.ts';
import { auditHoldings, readHoldings } from './ledger.ts';
import { Load } from './load.ts';
import { type Contestant, schema } from './load-client.ts';
import { directClient } from './reference-client.ts';
import { StarvationWatch } from './starvation-watch.ts';

/** Of each client, a second. Low, so that three nodes, four clients and the proxies get along on two cores. */
export const LOAD_PER_SECOND = { idempotent: 40, others: 4 } as const;

/** How long a fault lasts that has to be ended: 20 s, or 10 s in the quick suite. */
export function faultSeconds(): number {
  return propertyRuns(20);
}

/** A ring, clients under load, and somebody who watches. */
export class ChaosRun implements AsyncDisposable {
  readonly ring: ChaosRing;
  readonly loads: readonly Load[];
  readonly watch: StarvationWatch;
  /** Share of the run in which the machine had too little time for the nodes or for this process, in percent. */
  starvedPercent = 0;
  readonly #oracle: Client;
  readonly #say: (text: string) => void;

  private constructor(
    ring: ChaosRing,
    oracle: Client,
    loads: readonly Load[],
    watch: StarvationWatch,
    say: (text: string) => void,
  ) {
    this.ring = ring;
    this.loads = loads;
    this.watch = watch;
    this.#oracle = oracle;
    this.#say = say;
  }

  static async start(contestants: readonly Contestant[], say: (text: string) => void): Promise<ChaosRun> {
    const seed = chooseSeed();
    say(`TEST_SEED=${seed}`);
    const random = new SeededRandom(seed);
    const ring = await ChaosRing.start();
    const oracle = directClient(ring);
    const loads: Load[] = [];
    const run = new ChaosRun(ring, oracle, loads, new StarvationWatch(ring.nodes), say);
    try {
      for (const statement of schema) await oracle.execute(statement);
      for (const contestant of contestants) {
        const { idempotent, others } = LOAD_PER_SECOND;
        const options = { idempotentPerSecond: idempotent, othersPerSecond: others, random: random.fork() };
        loads.push(new Load(await contestant.connect(ring), options));
      }
    } catch (error) {
      await run[Symbol.asyncDispose]();
      throw error;
    }
    return run;
  }

  /** Has the faults befall one node after the other, and gives the figures of every client for every fault. */
  async figuresUnder(faults: readonly Fault[]): Promise<Figures[]> {
    const { ring, loads, watch } = this;
    const say = this.#say;
    watch.start();
    const phases = await runRound(faults, { ring, loads, watch, faultMs: faultSeconds() * 1_000, calmMs: 3_000, say });
    const starved = watch.share(phases[0]?.beganMs ?? 0, phases.at(-1)?.endedMs ?? 0);
    this.starvedPercent = Math.round(starved * 100);
    return phases.flatMap((phase) => loads.map((load) => figuresOf(phase, load, watch)));
  }

  /** What the cluster holds against what a client was told; nothing, if it kept its word. */
  async audit(load: Load): Promise<string[]> {
    return auditHoldings(load.log, await readHoldings(this.#oracle, load.client.name));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.watch.stop();
    for (const { client } of this.loads) await client.close();
    await this.#oracle.shutdown();
    await this.ring[Symbol.asyncDispose]();
  }
}
