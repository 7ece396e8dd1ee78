import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ExponentialReconnectionPolicy } from '../../../src/policies/index.ts';
import { SessionHarness } from '../../support/session/session-harness.ts';

const READ = 'SELECT key FROM system.local';
const LOST = '10.0.0.2';

function start(): Promise<SessionHarness> {
  return SessionHarness.start({
    nodes: 3,
    cluster: {
      attemptTimeoutMs: 1_000,
      reconnectionPolicy: new ExponentialReconnectionPolicy({ baseDelayMs: 1_000, maxDelayMs: 5_000 }),
    },
  });
}

/** A steady load of reads; notes when which node answered, and what failed. */
class Reads {
  readonly answers: { readonly node: string | undefined; readonly madeAt: number; readonly latencyMs: number }[] = [];
  readonly failures: unknown[] = [];
  readonly #harness: SessionHarness;
  readonly #perSecond: number;

  constructor(harness: SessionHarness, perSecond: number) {
    this.#harness = harness;
    this.#perSecond = perSecond;
  }

  async during(ms: number): Promise<void> {
    const { clock, session } = this.#harness;
    const end = clock.now() + ms;
    while (clock.now() < end) {
      const madeAt = clock.now();
      session.execute(READ).then(
        ({ executionInfo }) =>
          this.answers.push({ node: executionInfo.coordinator, madeAt, latencyMs: clock.now() - madeAt }),
        (error: unknown) => this.failures.push(error),
      );
      await clock.advance(1_000 / this.#perSecond);
    }
  }

  /** Answers of the node to requests made since. */
  of(node: string, since: number): number {
    return this.answers.filter((answer) => answer.node === `${node}:9042` && answer.madeAt >= since).length;
  }
}

describe('a node that is lost for a while', () => {
  for (const perSecond of [20, 200]) {
    for (const survives of [false, true]) {
      const what = survives ? 'get through again' : 'stay dead';
      test(`should be in use within 10 s of its return when its connections ${what} (${perSecond} reads a second)`, async () => {
        for (const lostMs of [4_000, 12_000, 44_750]) {
          await using h = await start();
          const reads = new Reads(h, perSecond);
          await reads.during(3_000);
          assert.ok(reads.of(LOST, 0) > 0);
          const links = h.network.openLinks(LOST);
          h.network.blackHole(LOST);
          await reads.during(lostMs);
          h.network.blackHole(LOST, true);
          if (survives) for (const link of links) link.toServer.isBlackHole = link.toClient.isBlackHole = false;
          const back = h.clock.now();
          await reads.during(10_000);
          assert.deepEqual(reads.failures, []);
          assert.ok(reads.of(LOST, back) > 0, `lost for ${lostMs} ms`);
          const slow = reads.answers.filter(({ latencyMs }) => latencyMs > 500);
          assert.ok(slow.length <= 3, `${slow.length} reads had to wait`);
        }
      });
    }
  }
});
