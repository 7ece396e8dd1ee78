import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import type { ClusterOptions } from '../../../src/client/cluster-options.ts';
import type { Codec } from '../../../src/codecs/index.ts';
import type { Params } from '../../../src/session/index.ts';
import { collectGarbage } from '../../support/collect-garbage.ts';
import { CopyWatch } from '../../support/copy-watch.ts';
import { LoopbackSession } from '../../support/stub/loopback-session.ts';
import { STUB_STATEMENTS, STUB_VALUES } from '../../support/stub/statements.ts';
import type { StubWorkload } from '../../support/stub/statements.ts';

// Functions are optimised where their counts say so, not whenever another thread gets round to it: on a busy machine that is after the count.
setFlagsFromString('--no-concurrent-recompilation');

const { id, name, email, age, created } = STUB_VALUES;
const PARAMS: Readonly<Record<StubWorkload, Params>> = {
  w1: [id],
  w2: [id, name, email, age, new Date(created)],
  w3: [id],
  w4: [id],
};
const AT_ONCE = 128;
const VERSIONS = [4, 5] as const;
const PAGE_ROWS = 5_000;

type Operation = () => Promise<unknown>;

async function operation({ session }: LoopbackSession, workload: StubWorkload): Promise<Operation> {
  const statement = await session.prepare(STUB_STATEMENTS[workload]);
  const params = PARAMS[workload];
  return () => session.execute(statement, params);
}

/** Launches so many at once; for each operation it adds the promise of its `then`, and nothing else. */
function atOnce(operation: Operation, count: number): Promise<void> {
  return new Promise((resolve, reject) => {
    let left = count;
    const done = (): void => {
      if (--left === 0) resolve();
    };
    for (let i = 0; i < count; i++) operation().then(done, reject);
  });
}

const START: ClusterOptions = { localDataCenter: 'datacenter1', schemaKeyspaces: [] };

describe('bytes allocated for each operation', () => {
  /** As measured and an eighth more. docs/internals/performance.md tells them; who allocates more must say there what for. */
  const MOST = { w1: 1_960, w2: 1_500 } as const;
  const WARM_UP_ROUNDS = 200;
  const ROUNDS = 31;
  const BATCHES = 4;

  /** Of many rounds the middle one: single ones differ by a fifth, as something else is collected or compiled. */
  async function bytesEach(run: Operation): Promise<{ heap: number; buffers: number }> {
    for (let i = 0; i < WARM_UP_ROUNDS; i++) await atOnce(run, AT_ONCE);
    const heap: number[] = [];
    const buffers: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      collectGarbage();
      const before = process.memoryUsage();
      for (let i = 0; i < BATCHES; i++) await atOnce(run, AT_ONCE);
      const after = process.memoryUsage();
      heap.push((after.heapUsed - before.heapUsed) / AT_ONCE / BATCHES);
      buffers.push((after.arrayBuffers - before.arrayBuffers) / AT_ONCE / BATCHES);
    }
    const middle = (values: number[]): number => values.sort((a, b) => a - b)[ROUNDS >> 1] as number;
    return { heap: middle(heap), buffers: middle(buffers) };
  }

  for (const protocolVersion of VERSIONS) {
    for (const workload of ['w1', 'w2'] as const) {
      it(`should stay what they are: ${workload} on version ${protocolVersion}`, async (test) => {
        await using on = await LoopbackSession.start({ ...START, protocolVersion });
        const { heap, buffers } = await bytesEach(await operation(on, workload));
        test.diagnostic(`${heap.toFixed(0)} bytes of heap, ${buffers.toFixed(1)} of buffers an operation`);
        assert.ok(heap > 200, `${heap} bytes are too few to be true: the measure sees nothing`);
        assert.ok(heap <= MOST[workload], `${heap} bytes of heap an operation`);
        assert.ok(buffers < 1, `${buffers} bytes of buffers an operation`);
      });
    }
  }
});

describe('writes to the socket', () => {
  const MOST_OF_ONE_WRITE = 60 * 1024;
  for (const protocolVersion of VERSIONS) {
    it(`should be one for ${AT_ONCE} concurrent requests on version ${protocolVersion}`, async () => {
      await using on = await LoopbackSession.start({ ...START, protocolVersion });
      for (const workload of ['w1', 'w2', 'w4'] as const) {
        const run = await operation(on, workload);
        await run();
        const { writes } = on.network;
        await atOnce(run, AT_ONCE);
        assert.equal(on.network.writes - writes, 1, workload);
      }
    });

    it(`should be as few as their size allows for 10,000 on version ${protocolVersion}`, async () => {
      await using on = await LoopbackSession.start({ ...START, protocolVersion });
      const run = await operation(on, 'w2');
      await run();
      const { writes, bytesWritten } = on.network;
      await atOnce(run, 10_000);
      const made = on.network.writes - writes;
      const needed = Math.ceil((on.network.bytesWritten - bytesWritten) / MOST_OF_ONE_WRITE);
      assert.ok(made <= needed + 1, `${made} writes where ${needed} would do`);
    });
  }
});

describe('bytes copied while reading', () => {
  async function copiedBy(
    on: LoopbackSession,
    work: () => Promise<unknown>,
  ): Promise<{ copied: number; read: number }> {
    const watch = new CopyWatch();
    const { bytesRead } = on.network;
    on.network.onRead = (isOver) => (isOver ? watch.stop() : watch.start());
    try {
      await work();
    } finally {
      watch.stop();
      on.network.onRead = () => {};
    }
    return { copied: watch.bytes, read: on.network.bytesRead - bytesRead };
  }

  for (const protocolVersion of VERSIONS) {
    it(`should be none of ordinary replies on version ${protocolVersion}`, async () => {
      await using on = await LoopbackSession.start({ ...START, protocolVersion });
      for (const workload of ['w1', 'w2', 'w4'] as const) {
        const run = await operation(on, workload);
        await run();
        // As many as fit one read.
        const { copied, read } = await copiedBy(on, () => atOnce(run, 40));
        assert.ok(read > 0);
        assert.equal(copied, 0, workload);
      }
    });

    it(`should be those of replies that lie across reads, once, on version ${protocolVersion}`, async () => {
      await using on = await LoopbackSession.start({ ...START, protocolVersion }, { chunkBytes: 1_000 });
      const run = await operation(on, 'w1');
      await run();
      const { copied, read } = await copiedBy(on, () => atOnce(run, AT_ONCE));
      assert.ok(copied > 0, 'the measure sees nothing');
      assert.ok(copied <= read, `${copied} bytes copied of ${read}`);
    });

    // A frame of version 5 is whole before its checksum is known, and an envelope before it is decoded.
    const times = protocolVersion < 5 ? 1 : 2;
    it(`should be those of a large page, ${times} times, on version ${protocolVersion}`, async () => {
      await using on = await LoopbackSession.start({ ...START, protocolVersion }, { pages: 1, pageRows: PAGE_ROWS });
      const run = await operation(on, 'w3');
      const { copied, read } = await copiedBy(on, run);
      assert.ok(read > 400_000);
      assert.ok(copied <= read * times * 1.02, `${copied} bytes copied of ${read}`);
    });
  }
});

describe('rows decoded in one turn of the event loop', () => {
  const SLICE_BYTES = 256 * 1024;
  const ROWS = 20_000;

  /** Most rows of which the last column was decoded between two turns, and how many bytes a row has. */
  async function mostInOneTurn(
    read: (on: LoopbackSession) => Promise<number>,
  ): Promise<{ most: number; rowBytes: number }> {
    let decoded = 0;
    const counting: Codec<unknown> = {
      cqlType: 'boolean',
      encode: () => Buffer.of(1),
      decode: (bytes) => {
        decoded++;
        return bytes[0] === 1;
      },
    };
    await using on = await LoopbackSession.start(
      { ...START, encoding: { codecs: [counting] } },
      { pages: 1, pageRows: ROWS },
    );
    let most = 0;
    let isOver = false;
    const turn = (): void => {
      most = Math.max(most, decoded);
      decoded = 0;
      if (!isOver) setImmediate(turn);
    };
    turn();
    const { bytesRead } = on.network;
    const rows = await read(on);
    isOver = true;
    turn();
    assert.equal(rows, ROWS);
    assert.ok(most > 0, 'the measure sees nothing');
    return { most, rowBytes: (on.network.bytesRead - bytesRead) / ROWS };
  }

  const ways: Readonly<Record<string, (on: LoopbackSession) => Promise<number>>> = {
    'execute()': async ({ session }) => (await session.execute(STUB_STATEMENTS.w3, PARAMS.w3)).currentRows.length,
    'pages()': async ({ session }) => {
      let rows = 0;
      for await (const page of (await session.executeStream(STUB_STATEMENTS.w3, PARAMS.w3)).pages())
        rows += page.length;
      return rows;
    },
    'for await': async ({ session }) => {
      let rows = 0;
      for await (const row of await session.executeStream(STUB_STATEMENTS.w3, PARAMS.w3)) rows += row === null ? 0 : 1;
      return rows;
    },
  };
  for (const [way, read] of Object.entries(ways)) {
    it(`should be no more than a slice has, by ${way}`, async (test) => {
      const { most, rowBytes } = await mostInOneTurn(read);
      test.diagnostic(`${most} of ${ROWS} rows of ${rowBytes.toFixed(0)} bytes`);
      assert.ok(most * rowBytes <= SLICE_BYTES * 1.01, `${most} rows, which have ${most * rowBytes} bytes`);
    });
  }
});

describe('memory for large pages', () => {
  const PAGES = 20;
  const TURNS = 3;
  // One that is decoded, one that was fetched ahead, one that arrives; and one more where pages differ in size.
  const MOST = 4;

  for (const protocolVersion of VERSIONS)
    for (const pageRows of [1_000, 5_000])
      it(`should be that of a few, however many are read, of ${pageRows} rows on version ${protocolVersion}`, async (test) => {
        await using on = await LoopbackSession.start({ ...START, protocolVersion }, { pages: PAGES, pageRows });
        const read = async (): Promise<void> => {
          let rows = 0;
          for await (const page of (await on.session.executeStream(STUB_STATEMENTS.w3, PARAMS.w3)).pages())
            rows += page.length;
          assert.equal(rows, PAGES * pageRows);
        };
        await read();
        const { bytesRead } = on.network;
        // The stub allocates, too: in its own time.
        let isReading = false;
        let allocations = 0;
        on.network.onRead = (isOver) => {
          isReading = !isOver;
        };
        const note = (bytes: number): void => {
          if (isReading && bytes >= 64 * 1024) allocations++;
        };
        const { allocUnsafe, allocUnsafeSlow } = Buffer;
        const slice = Uint8Array.prototype.slice;
        test.mock.method(Buffer, 'allocUnsafe', (bytes: number) => (note(bytes), allocUnsafe(bytes)));
        test.mock.method(Buffer, 'allocUnsafeSlow', (bytes: number) => (note(bytes), allocUnsafeSlow(bytes)));
        test.mock.method(Uint8Array.prototype, 'slice', function (this: Uint8Array, from?: number, to?: number) {
          const copy = slice.call(this, from, to);
          note(copy.length);
          return copy;
        });
        for (let turn = 0; turn < TURNS; turn++) await read();
        assert.ok(on.network.bytesRead - bytesRead > TURNS * PAGES * pageRows * 100);
        test.diagnostic(`${allocations} allocations for ${TURNS * PAGES} pages`);
        assert.ok(allocations <= MOST, `${allocations} allocations`);
      });
});
