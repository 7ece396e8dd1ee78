import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ConnectionConfig } from '../../../src/connection/index.ts';
import type { ConnectionError } from '../../../src/errors/index.ts';
import { Opcode } from '../../../src/protocol/index.ts';
import { delayed, held, never, reordered, rows, t, voidResult } from '../../support/index.ts';
import { start, type TestRequest } from './harness.ts';

const PAIRS: readonly Pick<ConnectionConfig, 'protocolVersion' | 'compression'>[] = [
  { protocolVersion: 4, compression: 'none' },
  { protocolVersion: 4, compression: 'lz4' },
  { protocolVersion: 4, compression: 'snappy' },
  { protocolVersion: 5, compression: 'none' },
  { protocolVersion: 5, compression: 'lz4' },
];

describe('Connection', () => {
  describe('requests and stream ids', () => {
    it('should give each reply to its request, in whatever order replies come', async () => {
      const { harness, connection, request } = await start();
      harness.server.when(/^SELECT/, reordered(50, rows({ n: t.int }, [[7]])));
      const requests = Array.from({ length: 50 }, (_, i) => request(`SELECT ${i}`));
      const ids = requests.map((one) => connection.send(one, 1000));
      assert.equal(new Set(ids).size, 50);
      assert.equal(connection.inFlight, 50);
      await harness.turn();
      for (const one of requests) assert.equal(one.only.opcode, Opcode.RESULT);
      assert.equal(connection.inFlight, 0);
      assert.deepEqual(harness.server.faults, []);
    });

    it('should hold up to 32,768 requests, say -1 to one more, and use an id again only after its reply', async () => {
      const { harness, connection, request } = await start({ maxRequestsPerConnection: 32_768 });
      const waiting = held(voidResult());
      harness.server.when('HOLD', waiting);
      const requests = Array.from({ length: 32_768 }, () => request('HOLD'));
      const ids = new Set(requests.map((one) => connection.send(one, 60_000)));
      assert.equal(ids.size, 32_768);
      assert.equal(Math.max(...ids), 32_767);
      assert.equal(Math.min(...ids), 0);
      assert.equal(connection.hasCapacity, false);
      assert.equal(connection.send(request(), 1000), -1);
      await harness.turn();
      waiting.release(1234);
      await harness.turn();
      assert.equal(requests[1234]?.only.kind, 'response');
      assert.equal(connection.hasCapacity, true);
      assert.equal(connection.send(request('HOLD'), 1000), 1234);
      assert.equal(connection.send(request('HOLD'), 1000), -1);
      waiting.open();
      await harness.clock.advance(1);
      assert.equal(connection.inFlight, 0);
      assert.deepEqual(harness.server.faults, []);
      for (const one of requests) assert.equal(one.only.kind, 'response');
    });

    it('should have no capacity while orphaned ids take the rest of the 32,768', async () => {
      const { harness, connection, request } = await start({ maxRequestsPerConnection: 32_768 });
      harness.server.when('HOLD', never());
      const requests = Array.from({ length: 32_768 }, () => request('HOLD'));
      const ids = requests.map((one) => connection.send(one, 60_000));
      await harness.turn();
      connection.cancel(ids[5] as number, requests[5] as TestRequest);
      assert.equal(connection.inFlight, 32_767);
      assert.equal(connection.hasCapacity, false);
      assert.equal(connection.send(request(), 1000), -1);
      connection.close();
    });

    it('should say when there is room again, after it was asked in vain', async () => {
      const { harness, connection, request } = await start({ maxRequestsPerConnection: 2 });
      harness.server.when('LATER', delayed(10, voidResult()));
      let calls = 0;
      connection.onAvailable = (which): void => {
        assert.equal(which, connection);
        calls++;
      };
      connection.send(request('LATER'), 1000);
      await harness.clock.advance(20);
      assert.equal(calls, 0, 'nobody had asked');
      connection.send(request('LATER'), 1000);
      connection.send(request('LATER'), 1000);
      assert.equal(connection.hasCapacity, false);
      await harness.clock.advance(20);
      assert.equal(calls, 1);
      assert.equal(connection.hasCapacity, true);
    });

    it('should say that there is room when requests time out or are cancelled, too', async () => {
      const { harness, connection, request } = await start({ maxRequestsPerConnection: 1 });
      harness.server.when('HOLD', never());
      let calls = 0;
      connection.onAvailable = (): void => {
        calls++;
      };
      connection.send(request('HOLD'), 100);
      assert.equal(connection.hasCapacity, false);
      await harness.clock.advance(120);
      assert.equal(calls, 1, 'after a timeout');
      const cancelled = request('HOLD');
      const id = connection.send(cancelled, 1000);
      await harness.turn();
      assert.equal(connection.hasCapacity, false);
      connection.cancel(id, cancelled);
      await harness.turn();
      assert.equal(calls, 2, 'after a cancellation');
    });

    it('should let a handler send from within its response, on the id that has just become free', async () => {
      const { harness, connection, request } = await start();
      const second = request('SECOND');
      const first = request('FIRST');
      let secondId = -1;
      first.then = (): void => {
        secondId = connection.send(second, 1000);
      };
      const firstId = connection.send(first, 1000);
      await harness.turn();
      assert.equal(secondId, firstId);
      assert.equal(second.only.kind, 'response');
      assert.deepEqual(harness.server.faults, []);
    });
  });

  for (const pair of PAIRS) {
    const name = `v${pair.protocolVersion}, ${pair.compression}`;

    describe(`writing (${name})`, () => {
      it('should write all requests of one turn at once', async () => {
        const { harness, connection, request, statements } = await start(pair);
        for (let i = 0; i < 100; i++) connection.send(request(`INSERT ${i}`), 1000);
        assert.deepEqual(harness.sockets.writes, []);
        await harness.turn();
        assert.equal(harness.sockets.writes.length, 1);
        assert.equal(statements().length, 100);
        assert.equal(connection.inFlight, 0);
      });

      it('should never write what was cancelled in the same turn, and leave its neighbours whole', async () => {
        const { harness, connection, request, statements } = await start(pair);
        const requests = Array.from({ length: 60 }, (_, i) => request(`INSERT ${i} ${'x'.repeat((i * 37) % 400)}`));
        const ids = requests.map((one) => connection.send(one, 1000));
        const expected = requests.filter((one, i) => {
          if (i % 3 === 1 || i === 0 || i === 59) {
            assert.equal(connection.cancel(ids[i] as number, one), true);
            return false;
          }
          return true;
        });
        assert.equal(connection.inFlight, expected.length);
        await harness.turn();
        assert.deepEqual(
          statements(),
          expected.map((one) => one.cql),
        );
        for (const one of requests) assert.equal(one.outcomes.length, expected.includes(one) ? 1 : 0);
        assert.equal(connection.orphaned, 0);
        // The ids of the cancelled serve again.
        const again = Array.from({ length: 100 }, () => request('AGAIN'));
        assert.equal(new Set(again.map((one) => connection.send(one, 1000))).size, 100);
        await harness.turn();
        for (const one of again) assert.equal(one.only.kind, 'response');
        assert.deepEqual(harness.server.faults, []);
      });

      it('should write nothing when all were cancelled, and go on', async () => {
        const { harness, connection, request, statements } = await start(pair);
        for (let round = 0; round < 3; round++) {
          for (const one of [request('A'), request('B'), request('C')])
            connection.cancel(connection.send(one, 1000), one);
          await harness.turn();
        }
        assert.deepEqual(harness.sockets.writes, []);
        assert.equal(connection.inFlight, 0);
        const last = request('LAST');
        connection.send(last, 1000);
        await harness.turn();
        assert.equal(last.only.kind, 'response');
        assert.deepEqual(statements(), ['LAST']);
      });

      it('should take back what an encoder wrote before it threw, without harm to others', async () => {
        const { harness, connection, request, statements } = await start(pair);
        const before = request('BEFORE');
        const after = request('AFTER');
        const failing = request(`FAILING ${'y'.repeat(10_000)}`);
        failing.encodeFailure = new Error('cannot be encoded');
        const firstId = connection.send(before, 1000);
        assert.throws(() => connection.send(failing, 1000), /cannot be encoded/);
        assert.equal(connection.inFlight, 1);
        const secondId = connection.send(after, 1000);
        assert.notEqual(firstId, secondId);
        await harness.turn();
        assert.deepEqual(statements(), ['BEFORE', 'AFTER']);
        assert.deepEqual([before.only.kind, after.only.kind, failing.outcomes.length], ['response', 'response', 0]);
        assert.throws(() => connection.send(failing, 1000), /cannot be encoded/);
        await harness.turn();
        assert.equal(connection.inFlight, 0);
        assert.deepEqual(harness.server.faults, []);
      });

      it('should write a request of several hundred KiB, and small ones beside it', async () => {
        const { harness, connection, request, statements } = await start(pair);
        let text = '';
        for (let i = 0; text.length < 400_000; i++) text += `${Math.sin(i)} `;
        const texts = ['INSERT', `INSERT ${text}`, 'INSERT', `INSERT ${text.slice(0, 131_040)}`, 'INSERT'];
        const all = texts.map((cql) => request(cql));
        for (const one of all) connection.send(one, 1000);
        await harness.clock.advance(1);
        await harness.clock.advance(1);
        const sent = statements();
        assert.deepEqual(
          sent.map((cql) => cql?.length),
          all.map((one) => one.cql.length),
        );
        assert.ok(all.every((one, i) => one.cql === sent[i]));
        for (const one of all) assert.equal(one.only.kind, 'response');
        assert.deepEqual(harness.server.faults, []);
      });

      it('should write before the end of the turn once some 60 KiB wait', async () => {
        const { harness, connection, request, statements } = await start(pair);
        let noise = '';
        for (let i = 0; i < 1000; i++) noise += String.fromCharCode(33 + Math.floor(Math.abs(Math.sin(i * i)) * 90));
        let sent = 0;
        while (harness.sockets.writes.length === 0 && sent < 100) connection.send(request(`${sent++}${noise}`), 1000);
        const perRequest = pair.protocolVersion === 4 && pair.compression !== 'none' ? 500 : 1000;
        assert.ok(sent * perRequest <= 64 * 1024, `${sent} requests`);
        await harness.turn();
        assert.equal(harness.sockets.writes.length, 1);
        assert.equal(statements().length, sent);
        assert.deepEqual(harness.server.faults, []);
      });
    });
  }

  describe('cancelling and orphaned ids', () => {
    it('should keep the id of a request that was let go until its reply comes', async () => {
      const { harness, connection, request } = await start();
      const waiting = held(voidResult());
      harness.server.when('HOLD', waiting);
      const one = request('HOLD');
      const id = connection.send(one, 1000);
      await harness.turn();
      assert.equal(connection.cancel(id, one), false);
      assert.deepEqual([connection.inFlight, connection.orphaned], [0, 1]);
      const others = Array.from({ length: 80 }, () => request());
      assert.ok(!others.map((other) => connection.send(other, 1000)).includes(id));
      await harness.turn();
      waiting.open();
      await harness.turn();
      assert.deepEqual([connection.inFlight, connection.orphaned], [0, 0]);
      assert.deepEqual(one.outcomes, []);
      assert.deepEqual(harness.server.faults, []);
    });

    it('should ignore a cancellation that comes too late or from somebody else', async () => {
      const { harness, connection, request } = await start();
      const one = request();
      const id = connection.send(one, 1000);
      assert.equal(connection.cancel(id, request()), false);
      await harness.turn();
      assert.equal(connection.cancel(id, one), false);
      assert.deepEqual([connection.inFlight, connection.orphaned], [0, 0]);
      connection.close();
      assert.equal(connection.cancel(id, one), false);
    });

    it('should be replaced past the cap of orphans, its requests in flight first', async () => {
      const { harness, connection, request } = await start({ maxOrphaned: 2 });
      const waiting = held(voidResult());
      harness.server.when(/HOLD/, waiting);
      const closings: (ConnectionError | null)[] = [];
      connection.onClosed = (_which, error): void => {
        closings.push(error);
      };
      const stays = request('HOLD');
      connection.send(stays, 1000);
      const gone = Array.from({ length: 3 }, () => request('HOLD'));
      const ids = gone.map((one) => connection.send(one, 1000));
      await harness.turn();
      gone.forEach((one, i) => connection.cancel(ids[i] as number, one));
      assert.equal(closings.length, 1);
      assert.match(String(closings[0]?.message), /3 requests were given up without a reply/);
      assert.equal(connection.isOpen, false);
      assert.equal(connection.hasCapacity, false);
      waiting.release(0);
      await harness.turn();
      assert.equal(stays.only.kind, 'response');
      await harness.clock.settle(connection.closed());
      assert.equal(closings.length, 1);
      await harness.assertNothingLeft();
    });

    it('should hear nothing of orphans when the connection is lost', async () => {
      const { harness, connection, request } = await start();
      harness.server.when('HOLD', never());
      const one = request('HOLD');
      const id = connection.send(one, 1000);
      await harness.turn();
      connection.cancel(id, one);
      harness.network.openLinks()[0]?.cut();
      await harness.turn();
      assert.deepEqual(one.outcomes, []);
      assert.deepEqual([connection.inFlight, connection.orphaned], [0, 0]);
    });
  });

  describe('backpressure', () => {
    it('should have no capacity while more than maxBufferedWriteBytes wait to leave, and say when they have left', async () => {
      const { harness, connection, request } = await start({ maxBufferedWriteBytes: 100_000 });
      const link = harness.network.openLinks()[0];
      let calls = 0;
      connection.onAvailable = (): void => {
        calls++;
      };
      link?.stall();
      const all: TestRequest[] = [];
      while (connection.hasCapacity && all.length < 90) {
        const one = request(`${all.length} ${'z'.repeat(20_000)}`);
        all.push(one);
        assert.ok(connection.send(one, 10_000) >= 0);
        await harness.turn();
      }
      assert.ok(all.length < 90);
      assert.ok(connection.bufferedBytes > 100_000);
      assert.ok(connection.bufferedBytes < 130_000);
      assert.equal(calls, 0);
      link?.resume();
      await harness.clock.advance(1);
      assert.equal(calls, 1);
      assert.equal(connection.hasCapacity, true);
      assert.equal(connection.bufferedBytes, 0);
      for (const one of all) assert.equal(one.only.kind, 'response');
    });
  });
});
