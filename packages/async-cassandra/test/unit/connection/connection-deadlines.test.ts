import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { delayed, held, never, seeded, voidResult } from '../../support/index.ts';
import { start, type TestRequest } from './harness.ts';

describe('Connection, deadlines', () => {
  it(
    'should end each request at its own time, never early and at most 20 ms late',
    seeded(async (random) => {
      const { harness, connection, request } = await start({ maxOrphaned: 100 });
      harness.server.when('HOLD', never());
      const sent: { one: TestRequest; due: number }[] = [];
      for (let i = 0; i < 90; i++) {
        const one = request('HOLD');
        const timeoutMs = random.pick([1, 7.5, 30, 200, 1000]) + random.next();
        sent.push({ one, due: harness.clock.now() + timeoutMs });
        connection.send(one, timeoutMs);
        await harness.clock.advance(random.next() * 10);
      }
      await harness.clock.advance(1100);
      for (const { one, due } of sent) {
        assert.equal(one.only.kind, 'timeout');
        assert.ok(one.only.at >= due && one.only.at <= due + 20, `due at ${due}, told at ${one.only.at}`);
      }
      assert.deepEqual([connection.inFlight, connection.orphaned], [0, 90]);
      assert.equal(harness.ticker.nextAt, Infinity);
      assert.equal(harness.clock.pending, 0);
      assert.ok(connection.isOpen);
    }),
  );

  it('should take the id back when the late reply comes, and tell nobody', async () => {
    const { harness, connection, request } = await start();
    const waiting = held(voidResult());
    harness.server.when('HOLD', waiting);
    const one = request('HOLD');
    const id = connection.send(one, 100);
    await harness.clock.advance(120);
    assert.equal(one.only.kind, 'timeout');
    assert.equal(connection.orphaned, 1);
    waiting.open();
    await harness.turn();
    assert.equal(connection.orphaned, 0);
    assert.equal(one.only.kind, 'timeout');
    assert.equal(connection.send(request(), 100), id);
    await harness.turn();
    assert.deepEqual(harness.server.faults, []);
  });

  it('should count the time from when a request is written', async () => {
    const { harness, connection, request } = await start();
    harness.server.when('HOLD', never());
    await harness.clock.advance(1234);
    const one = request('HOLD');
    const id = connection.send(one, 100);
    await harness.turn();
    assert.equal(connection.deadlineOf(id), 1334);
    await harness.clock.advance(200);
    assert.equal(one.only.at, 1340);
  });

  it('should leave a request without end alone', async () => {
    const { harness, connection, request } = await start();
    harness.server.when('LATER', delayed(10_000_000, voidResult()));
    const one = request('LATER');
    connection.send(one, Infinity);
    // Those of the handshake's requests have to pass first.
    await harness.clock.advance(5_010);
    assert.equal(harness.ticker.nextAt, Infinity);
    await harness.clock.advance(10_000_001);
    assert.equal(one.only.kind, 'response');
  });

  it('should treat a time of zero or less as the shortest there is', async () => {
    for (const timeoutMs of [0, -5]) {
      const { harness, connection, request } = await start();
      harness.server.when('HOLD', never());
      const cancelled = request('HOLD');
      assert.equal(connection.cancel(connection.send(cancelled, timeoutMs), cancelled), true);
      const one = request('HOLD');
      connection.send(one, timeoutMs);
      await harness.clock.advance(20);
      assert.equal(one.only.kind, 'timeout');
      const lost = request('HOLD');
      connection.send(lost, timeoutMs);
      connection.close();
      assert.equal(lost.only.wasWritten, false);
    }
  });

  it('should keep the deadlines of requests that are sent and written while others expire', async () => {
    const { harness, connection, request } = await start({ maxRequestsPerConnection: 300, maxOrphaned: 200 });
    harness.server.when(/^HOLD/, never());
    const first = Array.from({ length: 64 }, () => request('HOLD'));
    const retries: TestRequest[] = [];
    for (const one of first) {
      one.then = (): void => {
        // Large enough that they are written before all have expired.
        const retry = request(`HOLD ${'x'.repeat(20_000)}`);
        retries.push(retry);
        assert.ok(connection.send(retry, 500) >= 0);
      };
      connection.send(one, 100);
    }
    await harness.clock.advance(120);
    assert.equal(retries.length, 64);
    for (const one of first) assert.equal(one.only.kind, 'timeout');
    await harness.clock.advance(520);
    for (const one of retries) {
      assert.equal(one.only.kind, 'timeout');
      assert.ok(one.only.at >= 600 && one.only.at <= 630);
    }
    assert.deepEqual([connection.inFlight, connection.orphaned], [0, 128]);
  });

  it('should bear handlers that cancel others, or close the connection, when their time is over', async () => {
    const { harness, connection, request } = await start();
    harness.server.when('HOLD', never());
    const requests = Array.from({ length: 4 }, () => request('HOLD'));
    const ids = requests.map((one) => connection.send(one, 100));
    const [first, second, third, fourth] = requests as [TestRequest, TestRequest, TestRequest, TestRequest];
    first.then = (): void => {
      assert.equal(connection.cancel(ids[1] as number, second), false);
    };
    third.then = (): void => {
      connection.close();
    };
    await harness.clock.advance(200);
    assert.deepEqual([first.kinds, second.kinds, third.kinds, fourth.kinds], [['timeout'], [], ['timeout'], ['lost']]);
    assert.deepEqual([connection.inFlight, connection.orphaned], [0, 0]);
    await harness.assertNothingLeft();
  });

  it('should retire a connection whose requests time out past the cap of orphans', async () => {
    const { harness, connection, request } = await start({ maxOrphaned: 3 });
    harness.server.when('HOLD', never());
    const closings: unknown[] = [];
    connection.onClosed = (_which, error): void => {
      closings.push(error?.message);
    };
    for (let i = 0; i < 5; i++) connection.send(request('HOLD'), 100);
    const lasting = request('HOLD');
    connection.send(lasting, 1000);
    await harness.clock.advance(200);
    assert.equal(closings.length, 1);
    assert.equal(connection.inFlight, 1);
    await harness.clock.advance(1000);
    assert.equal(lasting.only.kind, 'timeout');
    await connection.closed();
    assert.equal(closings.length, 1);
    await harness.assertNothingLeft();
  });

  it('should tell all others when one handler throws, and let its error surface', async () => {
    for (const how of ['timeout', 'lost']) {
      const { harness, connection, request } = await start();
      harness.server.when('HOLD', never());
      const surfaced: unknown[] = [];
      const { nextTick } = harness.clock;
      const requests = Array.from({ length: 5 }, () => request('HOLD'));
      for (const one of requests) connection.send(one, 100);
      await harness.turn();
      (requests[1] as TestRequest).then = (): void => {
        harness.clock.nextTick = (callback): void => {
          harness.clock.nextTick = nextTick;
          process.nextTick(() => {
            try {
              callback();
            } catch (error) {
              surfaced.push(error);
            }
          });
        };
        throw new Error('a policy of the user');
      };
      if (how === 'timeout') await harness.clock.advance(200);
      else connection.close();
      await harness.turn();
      for (const one of requests) assert.equal(one.only.kind, how);
      assert.deepEqual(
        surfaced.map((error) => (error as Error).message),
        ['a policy of the user'],
      );
      connection.close();
    }
  });
});
