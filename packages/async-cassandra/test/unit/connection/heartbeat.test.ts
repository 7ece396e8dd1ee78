import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ConnectionError } from '../../../src/errors/index.ts';
import { delayed, error, never, voidResult } from '../../support/index.ts';
import type { Harness } from './harness.ts';
import { start } from './harness.ts';

const config = { heartbeatIntervalMs: 30_000, heartbeatTimeoutMs: 5_000 };

function beats(harness: Harness): number {
  return harness.server.log.count('OPTIONS');
}

describe('Heartbeat', () => {
  it('should probe an idle connection once an interval', async () => {
    const { harness, connection } = await start(config);
    await harness.clock.advance(29_990);
    assert.equal(beats(harness), 0);
    await harness.clock.advance(30);
    assert.equal(beats(harness), 1);
    await harness.clock.advance(10 * 30_000);
    assert.ok(beats(harness) === 11 || beats(harness) === 10, String(beats(harness)));
    assert.equal(connection.isOpen, true);
    assert.equal(connection.inFlight, 0);
    connection.close();
    await harness.assertNothingLeft();
  });

  it('should not probe while replies are read', async () => {
    const { harness, connection, request } = await start(config);
    for (let i = 0; i < 20; i++) {
      connection.send(request(), 1000);
      await harness.clock.advance(10_000);
    }
    assert.equal(beats(harness), 0);
    await harness.clock.advance(30_000);
    assert.equal(beats(harness), 1);
    connection.close();
  });

  it('should not take another server error for a missing answer', async () => {
    const { harness, connection } = await start(config);
    harness.server.when({ opcode: 'OPTIONS' }, error('overloaded'));
    await harness.clock.advance(100_000);
    assert.equal(connection.isOpen, true);
    connection.close();
  });

  it('should probe when requests wait and nothing is read, and close when the probe is missed', async () => {
    const { harness, connection, request } = await start(config);
    const waits = request('HOLD');
    harness.server.when('HOLD', never());
    connection.send(waits, 600_000);
    await harness.clock.advance(1);
    harness.network.openLinks()[0]?.halfOpen();
    let told: ConnectionError | null = null;
    connection.onClosed = (_which, reason): void => {
      told = reason;
    };
    await harness.clock.advance(30_020);
    assert.equal(connection.inFlight, 2);
    await harness.clock.advance(4_900);
    assert.equal(connection.isOpen, true);
    await harness.clock.advance(130);
    assert.equal(connection.isOpen, false);
    assert.ok(waits.only.error instanceof ConnectionError);
    assert.match(waits.only.error.message, /did not answer a heartbeat within 5000 ms/);
    assert.equal(told, waits.only.error);
    assert.equal(waits.only.wasWritten, true);
    await harness.clock.advance(20);
    assert.equal(harness.clock.pending, 0);
    assert.equal(harness.ticker.nextAt, Infinity);
  });

  it('should be sent at once when asked for, one at a time, and close the connection when it is missed', async () => {
    const { harness, connection } = await start(config);
    harness.server.when({ opcode: 'OPTIONS' }, never());
    connection.probe();
    connection.probe();
    await harness.clock.advance(1_000);
    assert.equal(beats(harness), 1);
    connection.probe();
    await harness.clock.advance(3_900);
    assert.equal(beats(harness), 1);
    assert.equal(connection.isOpen, true);
    await harness.clock.advance(130);
    assert.equal(connection.isOpen, false);
    connection.probe();
    await harness.assertNothingLeft();
  });

  it('should not give a connection up that has read something else since', async () => {
    const { harness, connection, request } = await start(config);
    harness.server.when({ opcode: 'OPTIONS' }, never());
    connection.probe();
    await harness.clock.advance(4_000);
    const other = request();
    connection.send(other, 1_000);
    await harness.clock.advance(2_000);
    assert.equal(other.only.kind, 'response');
    assert.equal(connection.isOpen, true);
    connection.probe();
    await harness.clock.advance(5_100);
    assert.equal(connection.isOpen, false);
  });

  it('should not be sent where heartbeats are off', async () => {
    const { harness, connection } = await start({ heartbeatIntervalMs: 0 });
    connection.probe();
    await harness.clock.advance(10);
    assert.equal(beats(harness), 0);
    connection.close();
  });

  it('should wait for one answer at a time, without looking for it at every tick', async () => {
    const { harness, connection, request } = await start({ ...config, heartbeatTimeoutMs: 60_000 });
    harness.server.when({ opcode: 'OPTIONS' }, delayed(20_000, voidResult()));
    harness.server.when('HOLD', never());
    connection.send(request('HOLD'), 30_100);
    await harness.clock.advance(30_020);
    assert.equal(beats(harness), 1);
    let ticks = 0;
    const expire = connection.expire.bind(connection);
    connection.expire = (now): number => {
      ticks++;
      return expire(now);
    };
    await harness.clock.advance(19_000);
    assert.equal(beats(harness), 1);
    assert.ok(ticks <= 2, `${ticks} ticks`);
    await harness.clock.advance(1_000);
    connection.expire = expire;
    await harness.clock.advance(30_020);
    assert.equal(beats(harness), 2);
    assert.equal(connection.isOpen, true);
    connection.close();
    await harness.clock.advance(1);
    assert.equal(harness.ticker.nextAt, Infinity);
  });

  it('should send none when the interval is 0', async () => {
    const { harness, connection } = await start({ heartbeatIntervalMs: 0 });
    await harness.clock.advance(1_000_000);
    assert.equal(beats(harness), 0);
    assert.equal(connection.isOpen, true);
    assert.equal(harness.clock.pending, 0);
  });

  it('should send none where no stream id is free, and go on later', async () => {
    const { harness, connection, request } = await start({ ...config, maxRequestsPerConnection: 1, maxOrphaned: 1 });
    harness.server.when('HOLD', delayed(45_000, voidResult()));
    connection.send(request('HOLD'), 600_000);
    connection.send(request('HOLD'), 600_000);
    await harness.clock.advance(44_000);
    assert.equal(beats(harness), 0);
    assert.equal(connection.isOpen, true);
    await harness.clock.advance(32_000);
    assert.equal(beats(harness), 1);
    connection.close();
  });

  it('should close a retired connection when its last reply has come, heartbeats that wait notwithstanding', async () => {
    const { harness, connection, request } = await start({ ...config, heartbeatTimeoutMs: 30_000 });
    harness.server.when({ opcode: 'OPTIONS' }, delayed(25_000, voidResult()));
    harness.server.when('HOLD', delayed(45_000, voidResult()));
    const one = request('HOLD');
    connection.send(one, 600_000);
    await harness.turn();
    connection.retire(null);
    await harness.clock.advance(44_000);
    assert.equal(beats(harness), 1);
    assert.equal(connection.inFlight, 2);
    await harness.clock.advance(1_020);
    assert.equal(one.only.kind, 'response');
    assert.equal(harness.network.openLinks().length, 0);
    await harness.clock.advance(10_000);
    await harness.assertNothingLeft();
  });

  it('should find out that the node of a retired connection is gone, too', async () => {
    const { harness, connection, request } = await start(config);
    harness.server.when('HOLD', never());
    const one = request('HOLD');
    connection.send(one, Infinity);
    await harness.clock.advance(1);
    connection.retire(null);
    harness.network.openLinks()[0]?.halfOpen();
    await harness.clock.advance(35_100);
    assert.ok(one.only.error instanceof ConnectionError);
    assert.match(one.only.error.message, /did not answer a heartbeat/);
    await harness.clock.advance(20);
    assert.equal(harness.clock.pending, 0);
  });
});
