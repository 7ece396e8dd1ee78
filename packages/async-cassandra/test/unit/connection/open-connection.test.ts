import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { describe, it } from 'node:test';
import { type ConnectionConfig, openConnection, type OpenOptions } from '../../../src/connection/index.ts';
import {
  AbortError,
  AsyncCassandraError,
  ConfigurationError,
  ConnectionError,
  InvalidQueryError,
  TimeoutError,
} from '../../../src/errors/index.ts';
import { closeConnection, error, held, never, passwordAuth, voidResult } from '../../support/index.ts';
import type { ScriptedServerOptions } from '../../support/index.ts';
import { endPoint, Harness, rejection } from './harness.ts';

const provider: ConnectionConfig['authProvider'] = {
  newAuthenticator: () => ({
    initialResponse: () => Buffer.from('\0user\0password'),
    evaluateChallenge: () => null,
  }),
};
const auth = passwordAuth({ user: 'password' });

/** The points of opening at which a server may fall silent, go away, or be left. */
interface Stage {
  readonly config?: Partial<ConnectionConfig>;
  readonly server?: ScriptedServerOptions;
  readonly options?: OpenOptions;
  readonly opcode?: 'OPTIONS' | 'STARTUP' | 'AUTH_RESPONSE' | 'REGISTER' | 'QUERY';
}
const STAGES: Readonly<Record<string, Stage>> = {
  'connecting the socket': {},
  OPTIONS: { opcode: 'OPTIONS', options: { askSupported: true } },
  STARTUP: { opcode: 'STARTUP' },
  AUTH_RESPONSE: { opcode: 'AUTH_RESPONSE', server: { auth }, config: { authProvider: provider } },
  REGISTER: { opcode: 'REGISTER', options: { eventTypes: ['STATUS_CHANGE'] } },
  USE: { opcode: 'QUERY', options: { keyspace: 'shop' }, config: { protocolVersion: 4 } },
};

describe('openConnection', () => {
  for (const [name, stage] of Object.entries(STAGES)) {
    describe(`during ${name}`, () => {
      async function silent(): Promise<Harness> {
        const harness = await Harness.start(stage.config, stage.server);
        if (stage.opcode === undefined) harness.network.blackHole(endPoint.host);
        else harness.server.when({ opcode: stage.opcode }, never());
        return harness;
      }

      it('should give up after connectTimeoutMs and leave nothing open', async () => {
        const harness = await silent();
        const failure = await rejection(harness.open(stage.options));
        assert.ok(failure instanceof TimeoutError);
        assert.equal(failure.timeoutMs, 5000);
        assert.equal(failure.outcome, 'notSent');
        assert.equal(failure.node, '10.0.0.1:9042');
        assert.equal(harness.clock.now(), 5000);
        assert.equal(harness.sockets.destroyed, 1);
        await harness.assertNothingLeft();
      });

      it('should give up at once when aborted, with the reason, and leave nothing open', async () => {
        const harness = await silent();
        const controller = new AbortController();
        const opening = openConnection(harness.config, endPoint, { ...stage.options, signal: controller.signal });
        const outcome = rejection(opening);
        await harness.clock.advance(100);
        const reason = new Error('not wanted any more');
        controller.abort(reason);
        const failure = await harness.clock.settle(outcome);
        assert.ok(failure instanceof AbortError);
        assert.equal(failure.cause, reason);
        assert.equal(failure.outcome, 'notSent');
        assert.equal(harness.clock.now(), 100);
        assert.equal(harness.sockets.destroyed, 1);
        assert.equal(getEventListeners(controller.signal, 'abort').length, 0);
        await harness.assertNothingLeft();
      });

      for (const how of ['end', 'reset'] as const) {
        it(`should fail when the server goes (${how}), and leave nothing open`, async () => {
          const harness = await Harness.start(stage.config, stage.server);
          if (stage.opcode === undefined) await harness.server.stop();
          else harness.server.when({ opcode: stage.opcode }, closeConnection(how));
          const controller = new AbortController();
          const failure = await rejection(harness.open({ ...stage.options, signal: controller.signal }));
          assert.ok(failure instanceof ConnectionError);
          assert.match(failure.message, /could not be opened/);
          if (stage.opcode === undefined) assert.match(failure.message, /ECONNREFUSED/);
          else if (how === 'reset') assert.match(failure.message, /ECONNRESET/);
          assert.equal(getEventListeners(controller.signal, 'abort').length, 0);
          await harness.assertNothingLeft();
        });
      }

      if (stage.opcode !== undefined) {
        it('should fail by what the server says', async () => {
          const harness = await Harness.start(stage.config, stage.server);
          harness.server.when({ opcode: stage.opcode ?? 'QUERY' }, error('invalid', { message: 'not like this' }));
          const failure = await rejection(harness.open(stage.options));
          assert.ok(failure instanceof InvalidQueryError);
          assert.match(failure.message, /not like this/);
          await harness.assertNothingLeft();
        });

        it('should fail when the server answers with something else', async () => {
          const harness = await Harness.start(stage.config, stage.server);
          harness.server.when({ opcode: stage.opcode ?? 'QUERY' }, voidResult());
          const failure = await rejection(harness.open(stage.options));
          assert.ok(failure instanceof AsyncCassandraError);
          assert.match(`${failure.message} ${String(failure.cause)}`, /answered .* with (opcode 8|something else)/);
          await harness.assertNothingLeft();
        });
      }
    });
  }

  it('should not even connect when its signal is aborted already', async () => {
    const harness = await Harness.start();
    const failure = await rejection(harness.open({ signal: AbortSignal.abort('why') }));
    assert.ok(failure instanceof AbortError);
    assert.equal(failure.cause, 'why');
    assert.equal(harness.network.connects, 0);
    await harness.assertNothingLeft();
  });

  it('should let go of the signal and the timer once it is open', async () => {
    const harness = await Harness.start();
    const controller = new AbortController();
    const connection = await harness.open({ signal: controller.signal });
    assert.equal(getEventListeners(controller.signal, 'abort').length, 0);
    controller.abort();
    await harness.clock.advance(10_000);
    assert.equal(connection.isOpen, true);
    assert.equal(harness.clock.pending, 0);
    connection.close();
    await harness.assertNothingLeft();
  });

  it('should not come back to life when an authenticator answers after the end', async () => {
    let answer: (token: Buffer) => void = () => undefined;
    const harness = await Harness.start(
      {
        authProvider: {
          newAuthenticator: () => ({
            initialResponse: () => new Promise((resolve) => (answer = resolve)),
            evaluateChallenge: () => null,
          }),
        },
      },
      { auth },
    );
    const failure = await rejection(harness.open());
    assert.ok(failure instanceof TimeoutError);
    answer(Buffer.from('\0user\0password'));
    await harness.assertNothingLeft();
    assert.equal(harness.server.log.count('AUTH_RESPONSE'), 0);
  });

  it('should fail with what the socket factory or the TLS options throw', async () => {
    const harness = await Harness.start();
    harness.sockets.failure = new TypeError('bad certificate');
    const failure = await rejection(harness.open());
    assert.ok(failure instanceof ConnectionError);
    assert.equal(failure.cause, harness.sockets.failure);
    assert.match(failure.message, /option tls/);
    const other = await Harness.start({
      tls: () => {
        throw new TypeError('no such file');
      },
    });
    assert.ok((await rejection(other.open())) instanceof ConnectionError);
    for (const one of [harness, other]) await one.assertNothingLeft();
  });

  it('should refuse Snappy on v5 before connecting', async () => {
    const harness = await Harness.start({ compression: 'snappy' });
    assert.ok((await rejection(harness.open())) instanceof ConfigurationError);
    assert.equal(harness.network.connects, 0);
    await harness.assertNothingLeft();
  });

  it('should name an IPv6 end point with brackets', async () => {
    const harness = await Harness.start();
    const opening = openConnection(harness.config, { host: 'fd00::1', port: 9042 });
    const failure = (await rejection(harness.clock.settle(opening))) as ConnectionError;
    assert.match(failure.message, /\[fd00::1\]:9042/);
    assert.equal(failure.node, '[fd00::1]:9042');
  });

  it('should take no requests before it is open', async () => {
    const harness = await Harness.start();
    const waiting = held(voidResult());
    harness.server.when({ opcode: 'OPTIONS' }, waiting);
    const connection = await harness.open();
    assert.equal(connection.isOpen, true);
    connection.markOpen();
    connection.close();
    connection.markOpen();
    assert.equal(connection.isOpen, false);
    await harness.assertNothingLeft();
  });
});
