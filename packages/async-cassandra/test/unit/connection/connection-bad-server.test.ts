import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ConnectionError, ProtocolError } from '../../../src/errors/index.ts';
import { Opcode } from '../../../src/protocol/index.ts';
import { never, onStream, voidResult } from '../../support/index.ts';
import { type Harness, start } from './harness.ts';

describe('Connection, what a server must not do', () => {
  const cases: Readonly<Record<string, (harness: Harness) => void>> = {
    'answer on a stream that no request holds': (harness) => {
      harness.server.when('BAD', onStream(77, voidResult()));
    },
    'answer on a stream id that was never given out': (harness) => {
      harness.server.when('BAD', onStream(32_000, voidResult()));
    },
    'answer on a negative stream': (harness) => {
      harness.server.when('BAD', onStream(-2, voidResult()));
    },
    'push something that is not an event': (harness) => {
      harness.server.when('BAD', onStream(-1, voidResult()));
    },
  };
  for (const [what, prepare] of Object.entries(cases)) {
    for (const protocolVersion of [4, 5] as const) {
      it(`should close the connection when the server takes to ${what} (v${protocolVersion})`, async () => {
        const { harness, connection, request } = await start({ protocolVersion });
        harness.server.when('HOLD', never());
        prepare(harness);
        const bystander = request('HOLD');
        const bad = request('BAD');
        connection.send(bystander, 1000);
        connection.send(bad, 1000);
        let told: ConnectionError | null = null;
        connection.onClosed = (_which, error): void => {
          told = error;
        };
        await harness.turn();
        for (const one of [bystander, bad]) {
          assert.ok(one.only.error instanceof ConnectionError);
          assert.ok(one.only.error.cause instanceof ProtocolError);
          assert.equal(one.only.wasWritten, true);
        }
        assert.equal(told, bad.only.error);
        await harness.assertNothingLeft();
      });
    }
  }

  /** A Void RESULT, framed by nothing: v4. */
  function voidOn(stream: number, opcode: number = Opcode.RESULT): Buffer {
    return Buffer.from([0x84, 0, stream >> 8, stream & 0xff, opcode, 0, 0, 0, 4, 0, 0, 0, 1]);
  }

  it('should close the connection when a request is answered that was not written yet', async () => {
    const { harness, connection, request } = await start({ protocolVersion: 4 });
    const one = request();
    const id = connection.send(one, 1000);
    harness.sockets.inject(voidOn(id));
    assert.equal(one.only.kind, 'lost');
    assert.equal(one.only.wasWritten, false);
    assert.ok(one.only.error?.cause instanceof ProtocolError);
    await harness.assertNothingLeft();
  });

  it('should not take a second answer for that of the request that follows on the same id', async () => {
    const { harness, connection, request } = await start({ protocolVersion: 4 });
    harness.server.when('FIRST', never());
    const first = request('FIRST');
    const second = request('SECOND');
    first.then = (): void => {
      connection.send(second, 1000);
    };
    const id = connection.send(first, 1000);
    await harness.turn();
    harness.sockets.inject(Buffer.concat([voidOn(id), voidOn(id)]));
    assert.equal(first.only.kind, 'response');
    assert.deepEqual([second.only.kind, second.only.wasWritten], ['lost', false]);
    await harness.assertNothingLeft();
  });

  it('should close the connection when a request is answered by an event', async () => {
    const { harness, connection, request } = await start({ protocolVersion: 4 });
    harness.server.when('HOLD', never());
    const one = request('HOLD');
    const id = connection.send(one, 1000);
    await harness.turn();
    harness.sockets.inject(voidOn(id, Opcode.EVENT));
    assert.equal(one.only.kind, 'lost');
    assert.ok(one.only.error?.cause instanceof ProtocolError);
  });

  it('should close the connection when an answer cannot be handled', async () => {
    for (const thrown of [new ProtocolError('A reply ends too early; check it'), new TypeError('oops'), 'a text']) {
      const { harness, connection, request } = await start();
      harness.server.when('HOLD', never());
      const one = request('ANSWERED');
      const other = request('HOLD');
      one.then = (): void => {
        throw thrown as Error;
      };
      connection.send(one, 1000);
      connection.send(other, 1000);
      await harness.turn();
      assert.equal(one.only.kind, 'response');
      const error = other.only.error;
      assert.ok(error instanceof ConnectionError);
      if (thrown instanceof Error) assert.equal(error.cause, thrown);
      assert.match(error.message, thrown instanceof ProtocolError ? /ends too early/ : /a reply could not be handled/);
      await harness.assertNothingLeft();
    }
  });

  it('should ignore what arrives after it was closed', async () => {
    const { harness, connection } = await start({ protocolVersion: 4 });
    connection.close();
    harness.sockets.inject(Buffer.from('whatever it is'));
    harness.sockets.handler?.onDrain();
    assert.equal(connection.isOpen, false);
    await harness.assertNothingLeft();
  });
});
