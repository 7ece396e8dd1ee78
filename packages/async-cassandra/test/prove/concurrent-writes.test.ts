/**
 * A million writes from a generator against a server in a process of its own: memory is flat, and all are counted. Then
 * writes against a scripted server that starts to refuse, on virtual time: nothing is lost, every failure is reported.
 *
 *     npm run prove -- concurrent-writes
 *
 * `PROPERTY_SCALE` scales the count of writes, `TEST_SEED` repeats a run. Client CPU is measured by bench/concurrent.
 */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { AsyncCluster } from '../../src/client/index.ts';
import { OverloadedError } from '../../src/errors/index.ts';
import { FallthroughRetryPolicy } from '../../src/policies/index.ts';
import { delayed, dynamic, error, t, voidResult } from '../support/index.ts';
import { propertyRuns } from '../support/property-runs.ts';
import { chooseSeed, SeededRandom } from '../support/seeded-random.ts';
import { SessionHarness } from '../support/session/session-harness.ts';
import { startStub } from '../support/stub/start-stub.ts';
import { STUB_STATEMENTS } from '../support/stub/statements.ts';

const MEBIBYTE = 2 ** 20;
const ID = '6ab09bec-e68e-48d9-a5f8-97e6fb4c9b47';
const count = propertyRuns(1_000_000);
const seed = chooseSeed() >>> 0;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

for (const batchByReplica of [false, true])
  it(`should_make_a_million_writes_in_constant_memory: batches ${batchByReplica}`, async (test) => {
    await using stub = await startStub();
    await using cluster = new AsyncCluster({ contactPoints: [`127.0.0.1:${stub.port}`] });
    const session = await cluster.connect();
    const insert = await session.prepare(STUB_STATEMENTS.w2, { idempotent: true });
    const created = new Date();
    const heap: number[] = [];
    const sampleEvery = Math.ceil(count / 10);
    function* people(): Generator<readonly unknown[], void> {
      for (let i = 0; i < count; i++) {
        if (i > 0 && i % sampleEvery === 0) {
          collect();
          heap.push(process.memoryUsage().heapUsed / MEBIBYTE);
        }
        yield [ID, `Person ${i}`, 'person@example.com', i % 100, created];
      }
    }
    const result = await session.executeConcurrent(insert, people(), { batchByReplica });
    assert.deepEqual(result, { total: count, succeeded: count, failed: 0, errors: [] });
    test.diagnostic(`${count} writes; MiB of heap after each tenth: ${heap.map((each) => each.toFixed(1)).join(' ')}`);
    const grown = (heap.at(-1) as number) - (heap[0] as number);
    assert.ok(grown < 4, `the heap has grown by ${grown} MiB`);
  });

it('should_lose_nothing_against_a_server_that_refuses_by_turns', async (test) => {
  const random = new SeededRandom(seed);
  const writes = Math.ceil(count / 20);
  test.diagnostic(`TEST_SEED=${seed}, ${writes} writes`);
  for (const concurrency of [128, 'adaptive'] as const) {
    await using h = await SessionHarness.start({
      cluster: { retryPolicy: new FallthroughRetryPolicy() },
      servers: { logLimit: 0 },
    });
    const outcome = new Uint8Array(writes);
    let arrived = 0;
    let refused = 0;
    h.servers.when(
      'INSERT INTO ks.t (k) VALUES (?)',
      delayed(
        () => random.int(1, 8),
        dynamic((request) => {
          const k = request.bound['k'] as number;
          assert.equal(outcome[k], 0, 'sent twice');
          // Every five seconds it refuses everything for two.
          const isRefusing = h.clock.now() % 5_000 < 2_000 && arrived++ > 1_000;
          outcome[k] = isRefusing ? 2 : 1;
          if (!isRefusing) return voidResult();
          refused++;
          return error('overloaded');
        }),
      ),
      { bind: { k: t.int } },
    );
    function* keys(): Generator<[number], void> {
      for (let k = 0; k < writes; k++) yield [k];
    }
    const reported = new Set<number>();
    const outcomes = h.session.executeConcurrentAsCompleted('INSERT INTO ks.t (k) VALUES (?)', keys(), { concurrency });
    const read = async (): Promise<number> => {
      let succeeded = 0;
      for await (const { index, error: thrown } of outcomes) {
        assert.equal(outcome[index], thrown === undefined ? 1 : 2);
        if (thrown === undefined) succeeded++;
        else {
          assert.ok(thrown instanceof OverloadedError);
          reported.add(index);
        }
      }
      return succeeded;
    };
    const succeeded = await h.clock.settle(read(), 86_400_000);
    test.diagnostic(
      `${concurrency}: ${succeeded} succeeded, ${refused} refused, ${Math.round(h.clock.now() / 1000)} s`,
    );
    assert.equal(reported.size, refused);
    assert.equal(succeeded + refused, writes);
    assert.ok(!outcome.includes(0), 'each was sent');
    assert.ok(refused > 0 && refused < writes / 5, `${refused} refused`);
  }
});
