import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ConnectionError } from '../../../src/errors/index.ts';
import { closeConnection, delayed, never, voidResult } from '../../support/index.ts';
import { start } from './harness.ts';

describe('Connection, closing', () => {
  it('should tell each request once whether it was written, and the owner once', async () => {
    const { harness, connection, request } = await start();
    harness.server.when('HOLD', never());
    const order: string[] = [];
    const written = request('HOLD');
    connection.send(written, 1000);
    await harness.turn();
    const unsent = request('UNSENT');
    connection.send(unsent, 1000);
    written.then = (): number => order.push('written');
    unsent.then = (): number => order.push('unsent');
    connection.onClosed = (_which, error): void => {
      order.push(`closed ${String(error)}`);
    };
    connection.close();
    connection.close();
    assert.deepEqual([written.only.wasWritten, unsent.only.wasWritten], [true, false]);
    assert.ok(written.only.error instanceof ConnectionError);
    assert.equal(written.only.error.node, '10.0.0.1:9042');
    assert.equal(order.filter((line) => line.startsWith('closed')).length, 1);
    assert.equal(order.at(-1), 'closed null');
    await harness.clock.settle(connection.closed());
    await connection.closed();
    assert.equal(connection.send(request(), 1000), -1);
    assert.equal(connection.inFlight, 0);
    await harness.assertNothingLeft();
  });

  it('should tell of a lost connection with its cause', async () => {
    const { harness, connection, request } = await start();
    harness.server.when('HOLD', never());
    const one = request('HOLD');
    connection.send(one, 1000);
    await harness.turn();
    let told: ConnectionError | null = null;
    connection.onClosed = (_which, error): void => {
      told = error;
    };
    harness.network.openLinks()[0]?.cut();
    assert.ok(one.only.error instanceof ConnectionError);
    assert.match((one.only.error.cause as Error).message, /ECONNRESET/);
    assert.equal(told, one.only.error);
    assert.equal(one.only.wasWritten, true);
    await connection.closed();
    await harness.assertNothingLeft();
  });

  it('should end when the server ends, without a cause', async () => {
    const { harness, connection, request } = await start();
    harness.server.when('END', closeConnection('end'));
    const one = request('END');
    connection.send(one, 1000);
    await harness.clock.settle(connection.closed());
    assert.equal(one.only.kind, 'lost');
    assert.equal('cause' in (one.only.error ?? {}), false);
    await harness.assertNothingLeft();
  });

  it('should finish what is in flight when retired, then close', async () => {
    const { harness, connection, request } = await start();
    harness.server.when('LATER', delayed(50, voidResult()));
    const one = request('LATER');
    connection.send(one, 1000);
    await harness.turn();
    const closings: unknown[] = [];
    connection.onClosed = (_which, error): void => {
      closings.push(error);
    };
    connection.retire(null);
    connection.retire(null);
    assert.deepEqual(closings, [null]);
    assert.equal(connection.isOpen, false);
    assert.equal(connection.hasCapacity, false);
    await harness.clock.advance(60);
    assert.equal(one.only.kind, 'response');
    await harness.clock.settle(connection.closed());
    assert.deepEqual(closings, [null]);
    await harness.assertNothingLeft();
  });

  it('should close at once when retired with nothing in flight', async () => {
    const { harness, connection } = await start();
    connection.retire(null);
    await harness.clock.settle(connection.closed());
    await harness.assertNothingLeft();
  });

  it('should close a retired connection when its last request is cancelled or times out', async () => {
    for (const how of ['cancelled', 'cancelled unsent', 'timed out']) {
      const { harness, connection, request } = await start();
      harness.server.when('HOLD', never());
      const one = request('HOLD');
      const id = connection.send(one, 500);
      if (how !== 'cancelled unsent') await harness.turn();
      connection.retire(null);
      assert.equal(connection.inFlight, 1);
      if (how === 'timed out') await harness.clock.advance(520);
      else connection.cancel(id, one);
      let isGone = false;
      void connection.closed().then(() => {
        isGone = true;
      });
      await harness.clock.advance(1);
      assert.equal(isGone, true, how);
      await harness.assertNothingLeft();
    }
  });

  it('should let the last requests of a retired connection send what they need to finish', async () => {
    const { harness, connection, request } = await start();
    harness.server.when('LATER', delayed(50, voidResult()));
    const first = request('LATER');
    const second = request('LATER');
    first.then = (): void => {
      assert.ok(connection.send(second, 1000) >= 0);
    };
    connection.send(first, 1000);
    await harness.turn();
    connection.retire(null);
    await harness.clock.advance(200);
    assert.deepEqual([first.only.kind, second.only.kind], ['response', 'response']);
    await harness.assertNothingLeft();
  });

  it('should bear handlers that close the connection or send from whatever they are told', async () => {
    const { harness, connection, request } = await start();
    const order: string[] = [];
    const requests = Array.from({ length: 5 }, (_, i) => {
      const one = request(`Q${i}`);
      one.then = (outcome): void => {
        order.push(`${i} ${outcome.kind}`);
        if (i === 1) connection.close();
        assert.equal(connection.send(request(), 1000) >= 0, i === 0);
      };
      return one;
    });
    for (const one of requests) connection.send(one, 1000);
    let closings = 0;
    connection.onClosed = (): void => {
      closings++;
      connection.close();
    };
    await harness.turn();
    assert.deepEqual(order, ['0 response', '1 response', '2 lost', '3 lost', '4 lost'].sort());
    assert.equal(closings, 1);
    assert.equal(connection.inFlight, 0);
    await harness.assertNothingLeft();
  });

  it('should bear a handler that cancels its neighbours when the connection is lost', async () => {
    const { harness, connection, request } = await start({ maxOrphaned: 1 });
    harness.server.when('HOLD', never());
    const requests = Array.from({ length: 4 }, () => request('HOLD'));
    const ids = requests.map((one) => connection.send(one, 1000));
    await harness.turn();
    for (const one of requests) {
      one.then = (): void => {
        requests.forEach((other, i) => connection.cancel(ids[i] as number, other));
      };
    }
    connection.close();
    assert.equal(
      requests.reduce((told, one) => told + one.outcomes.length, 0),
      1,
    );
    assert.deepEqual([connection.inFlight, connection.orphaned], [0, 0]);
  });
});
