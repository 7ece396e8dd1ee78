import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type ConnectionConfig,
  type OpenOptions,
  PlainTextAuthProvider,
  query,
} from '../../../src/connection/index.ts';
import { ConnectionError } from '../../../src/errors/index.ts';
import type { ServerEvent } from '../../../src/protocol/index.ts';
import { alsoPush, byDefault, passwordAuth, rows, t } from '../../support/index.ts';
import { Harness, rejection } from './harness.ts';

const PAIRS: readonly Pick<ConnectionConfig, 'protocolVersion' | 'compression'>[] = [
  { protocolVersion: 4, compression: 'none' },
  { protocolVersion: 4, compression: 'lz4' },
  { protocolVersion: 4, compression: 'snappy' },
  { protocolVersion: 5, compression: 'none' },
  { protocolVersion: 5, compression: 'lz4' },
];
const CHUNKS: Readonly<Record<string, number>> = {
  'in one piece': Infinity,
  'byte by byte': 1,
  'in random pieces': 23,
};
const ALL: OpenOptions = { askSupported: true, keyspace: 'shop', eventTypes: ['STATUS_CHANGE', 'SCHEMA_CHANGE'] };

describe('handshake', () => {
  for (const pair of PAIRS) {
    for (const [pieces, maxChunkBytes] of Object.entries(CHUNKS)) {
      it(`should succeed on v${pair.protocolVersion}, ${pair.compression}, with bytes ${pieces}`, async () => {
        const harness = await Harness.start(
          { ...pair, authProvider: new PlainTextAuthProvider('user', 'pässwörd') },
          { auth: passwordAuth({ user: 'pässwörd' }) },
          { maxChunkBytes },
        );
        const text = 'a value long enough to be compressed '.repeat(20);
        harness.server.when(
          'SELECT',
          rows({ n: t.int, text: t.text }, [
            [1, text],
            [2, text],
          ]),
        );
        const events: ServerEvent[] = [];
        const connection = await harness.open({ ...ALL, onEvent: (event) => events.push(event) });
        assert.equal(connection.isOpen, true);
        assert.equal(connection.inFlight, 0);
        assert.deepEqual(connection.supported.get('COMPRESSION'), ['lz4', 'snappy']);
        assert.equal(connection.keyspace, pair.protocolVersion === 4 ? 'shop' : undefined);
        const [server] = harness.server.connections;
        assert.equal(server?.version, pair.protocolVersion);
        assert.equal(server?.startup?.get('COMPRESSION'), pair.compression === 'none' ? undefined : pair.compression);
        assert.equal(server?.startup?.get('CQL_VERSION'), '3.0.0');
        assert.equal(server?.keyspace, pair.protocolVersion === 4 ? 'shop' : undefined);
        const found = await harness.clock.settle(query(connection, 'SELECT', 1000));
        assert.deepEqual(found, [
          { n: 1, text },
          { n: 2, text },
        ]);
        harness.server.pushEvent({ type: 'STATUS_CHANGE', change: 'DOWN', address: '10.0.0.9', port: 9042 });
        await harness.clock.advance(1);
        assert.deepEqual(events, [{ type: 'STATUS_CHANGE', change: 'DOWN', address: '10.0.0.9', port: 9042 }]);
        assert.deepEqual(harness.server.faults, []);
        connection.close();
        await harness.assertNothingLeft();
      });
    }
  }

  it('should hear an event that comes before the answer to REGISTER', async () => {
    const harness = await Harness.start();
    harness.server.when(
      { opcode: 'REGISTER' },
      alsoPush({ type: 'STATUS_CHANGE', change: 'UP', address: '10.0.0.9', port: 9042 }, byDefault()),
    );
    const events: ServerEvent[] = [];
    const connection = await harness.open({ eventTypes: ['STATUS_CHANGE'], onEvent: (event) => events.push(event) });
    harness.server.pushEvent({ type: 'STATUS_CHANGE', change: 'DOWN', address: '10.0.0.9', port: 9042 });
    await harness.turn();
    assert.ok(events.length >= 1);
    connection.close();
  });

  it('should not ask for what is not wanted', async () => {
    const harness = await Harness.start();
    const connection = await harness.open({ eventTypes: [] });
    assert.deepEqual(
      harness.server.log.all.map((request) => request.opcodeName),
      ['STARTUP'],
    );
    connection.onEvent = null;
    connection.close();
  });

  it('should say so when the node does not offer the compression', async () => {
    for (const compression of [['snappy'], []] as const) {
      const harness = await Harness.start({ compression: 'lz4' }, { compression: [...compression] });
      const failure = await rejection(harness.open({ askSupported: true }));
      assert.ok(failure instanceof ConnectionError);
      assert.match(failure.message, /does not offer lz4 compression \(it offers: (snappy|none)\).*option compression/);
      assert.equal(harness.server.log.count('STARTUP'), 0);
      await harness.assertNothingLeft();
    }
  });
});
