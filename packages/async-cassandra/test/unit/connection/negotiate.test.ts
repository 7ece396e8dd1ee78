import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Connection, negotiateConnection } from '../../../src/connection/index.ts';
import { ConnectionError, ProtocolError, ServerProtocolError } from '../../../src/errors/index.ts';
import type { ProtocolVersion } from '../../../src/protocol/index.ts';
import { error, rawBytes } from '../../support/index.ts';
import type { ScriptedServerOptions } from '../../support/index.ts';
import { endPoint, Harness, rejection } from './harness.ts';

async function meet(
  server: ScriptedServerOptions,
  fixed?: ProtocolVersion,
): Promise<{ harness: Harness; outcome: Promise<Connection> }> {
  const harness = await Harness.start({}, server);
  const outcome = negotiateConnection(harness.config, endPoint, fixed);
  return { harness, outcome: harness.clock.settle(outcome) };
}

describe('negotiateConnection', () => {
  const agreed: readonly [string, ScriptedServerOptions, ProtocolVersion | undefined, ProtocolVersion][] = [
    ['both versions', { versions: [3, 4, 5] }, undefined, 5],
    ['version 4 alone', { versions: [4] }, undefined, 4],
    ['versions 3 and 4', { versions: [3, 4] }, undefined, 4],
    ['version 5 as a beta', { versions: [3, 4], betaVersions: [5] }, undefined, 4],
    ['a newer beta', { versions: [4, 5], betaVersions: [6] }, undefined, 5],
    ['both, asked for 4', { versions: [3, 4, 5] }, 4, 4],
    ['both, asked for 5', { versions: [3, 4, 5] }, 5, 5],
  ];
  for (const [what, server, fixed, expected] of agreed) {
    it(`should agree on ${expected} with a server that speaks ${what}`, async () => {
      const { harness, outcome } = await meet(server, fixed);
      const connection = await outcome;
      assert.equal(connection.protocolVersion, expected);
      assert.equal(connection.isOpen, true);
      assert.deepEqual(harness.server.faults, []);
      assert.equal(harness.network.openLinks().length, 1);
      connection.close();
      await harness.assertNothingLeft();
    });
  }

  const refused: readonly [string, ScriptedServerOptions, ProtocolVersion | undefined, RegExp][] = [
    ['version 3 alone', { versions: [3] }, undefined, /version 5 and 4 .*Cassandra 2\.2 or newer/],
    ['version 4 when 5 is asked for', { versions: [3, 4] }, 5, /version 5 .*option protocolVersion/],
    [
      'version 5 as a beta, when it is asked for',
      { versions: [4], betaVersions: [5] },
      5,
      /version 5 .*option protocolVersion/,
    ],
    ['version 3 when 4 is asked for', { versions: [3] }, 4, /version 4 .*option protocolVersion/],
  ];
  for (const [what, server, fixed, message] of refused) {
    it(`should say clearly that a server speaks ${what}`, async () => {
      const { harness, outcome } = await meet(server, fixed);
      const failure = await rejection(outcome);
      assert.ok(failure instanceof ConnectionError);
      assert.match(failure.message, message);
      assert.ok(failure.cause instanceof ServerProtocolError);
      assert.equal(failure.node, '10.0.0.1:9042');
      await harness.assertNothingLeft();
    });
  }

  it('should not try another version when something else is wrong', async () => {
    const harness = await Harness.start();
    harness.server.when({ opcode: 'STARTUP' }, error('protocolError', { message: 'no, for another reason' }));
    const failure = await rejection(harness.clock.settle(negotiateConnection(harness.config, endPoint, undefined)));
    assert.ok(failure instanceof ServerProtocolError);
    assert.equal(harness.network.connects, 1);
    await harness.assertNothingLeft();
  });

  it('should know a server that does not speak the protocol at all, or an ancient version of it', async () => {
    for (const [bytes, hint] of [
      [Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'), /native transport port/],
      [Buffer.from([0x15, 3, 3, 0, 2, 2, 10, 0, 0]), /wants TLS/],
      [Buffer.from([0x82, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 10]), /protocol version 2/],
    ] as const) {
      const harness = await Harness.start();
      harness.server.when({ opcode: 'OPTIONS' }, rawBytes(bytes));
      const failure = await rejection(harness.clock.settle(negotiateConnection(harness.config, endPoint, undefined)));
      assert.ok(failure instanceof ConnectionError);
      assert.ok(failure.cause instanceof ProtocolError);
      assert.match(failure.message, hint);
      await harness.assertNothingLeft();
    }
  });
});
