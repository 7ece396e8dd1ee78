import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ProtocolError } from '../../../src/errors/index.ts';
import { EnvelopeDecoder } from '../../../src/protocol/envelope-decoder.ts';
import { Opcode } from '../../../src/protocol/opcode.ts';
import { AllocationWatch } from '../../support/allocation-watch.ts';
import { EnvelopeCollector, viewOf } from '../../support/envelope-collector.ts';
import { encodeEnvelope } from '../../support/wire/index.ts';

const MAX_BYTES = 8 * 2 ** 20;

function response(
  opcode: number,
  body: string | Buffer = '',
  options: { version?: number; streamId?: number; flags?: number } = {},
): Buffer {
  const { version = 4, streamId = 1, flags = 0 } = options;
  return encodeEnvelope({ version, isResponse: true, flags, streamId, opcode, body: Buffer.from(body as string) });
}

function decoder(version: 4 | 5 = 4): {
  collector: EnvelopeCollector;
  decoder: EnvelopeDecoder;
  feed: (bytes: Buffer) => number;
} {
  const collector = new EnvelopeCollector();
  const decoder = new EnvelopeDecoder(version, MAX_BYTES, collector);
  return { collector, decoder, feed: (bytes) => decoder.feed(bytes, viewOf(bytes), 0, bytes.length) };
}

describe('EnvelopeDecoder', () => {
  it('should read every field of the header', () => {
    const { collector, feed } = decoder();
    feed(response(Opcode.RESULT, 'body', { streamId: 32_767, flags: 0x0e }));
    feed(response(Opcode.EVENT, '', { streamId: -1 }));
    assert.deepEqual(collector.envelopes, [
      { streamId: 32_767, opcode: 8, flags: 0x0e, body: Buffer.from('body').toString('hex') },
      { streamId: -1, opcode: 12, flags: 0, body: '' },
    ]);
  });

  it('should deliver in place what is complete in one piece', () => {
    const { collector, feed } = decoder();
    const piece = Buffer.concat([response(Opcode.RESULT, 'one'), response(Opcode.RESULT, 'two')]);
    assert.equal(feed(piece), piece.length);
    assert.deepEqual(collector.owned, [false, false]);
    assert.ok(collector.buffers.every((buf) => buf === piece));
  });

  it('should assemble in private memory what is not', () => {
    for (let cut = 1; cut < 30; cut++) {
      const { collector, decoder: d, feed } = decoder();
      const whole = response(Opcode.RESULT, 'a body of 21 bytes...', { streamId: 7 });
      const first = Buffer.from(whole.subarray(0, cut));
      feed(first);
      assert.equal(d.hasPartial, true);
      first.fill(0xdd);
      const second = Buffer.concat([whole.subarray(cut), response(Opcode.RESULT, 'next')]);
      feed(second);
      assert.deepEqual(
        collector.envelopes.map(({ body }) => Buffer.from(body, 'hex').toString()),
        ['a body of 21 bytes...', 'next'],
      );
      assert.deepEqual(collector.owned, [true, false]);
      assert.notEqual(collector.buffers[0], second);
      assert.equal(d.hasPartial, false);
    }
  });

  it('should hand each assembled envelope memory that is not used again', () => {
    const { collector, feed } = decoder();
    for (const text of ['first', 'other']) {
      const whole = response(Opcode.RESULT, text);
      feed(Buffer.from(whole.subarray(0, 11)));
      feed(Buffer.from(whole.subarray(11)));
    }
    assert.ok(collector.buffers[0]?.includes('first'));
    assert.ok(collector.buffers[1]?.includes('other'));
  });

  it('should take an envelope of some megabytes in small pieces', () => {
    const { collector, feed } = decoder();
    const body = Buffer.alloc(5_000_000, 'some text that repeats ');
    const whole = Buffer.concat([response(Opcode.RESULT, body), response(Opcode.READY)]);
    for (let at = 0; at < whole.length; at += 40_000) feed(whole.subarray(at, at + 40_000));
    assert.equal(collector.envelopes[0]?.body, body.toString('hex'));
    assert.equal(collector.envelopes[1]?.opcode, Opcode.READY);
  });

  it('should stop after the envelope during whose delivery it was halted', () => {
    const whole = Buffer.concat([response(Opcode.READY), response(Opcode.RESULT, 'x')]);
    for (const cut of [0, 4]) {
      const { collector, decoder: d, feed } = decoder();
      collector.afterEach = () => {
        d.isHalted = true;
      };
      if (cut > 0) feed(whole.subarray(0, cut));
      assert.equal(feed(Buffer.from(whole.subarray(cut))), 9 - cut);
      assert.equal(collector.envelopes.length, 1);
      assert.equal(d.hasPartial, false);
    }
  });

  it('should give back the bytes of an incomplete envelope', () => {
    const { decoder: d, feed } = decoder();
    assert.equal(d.takePartial().length, 0);
    const whole = response(Opcode.RESULT, 'abcdef');
    feed(whole.subarray(0, 5));
    feed(whole.subarray(5, 12));
    assert.equal(d.takePartial().toString('hex'), whole.toString('hex', 0, 12));
    assert.equal(d.hasPartial, false);
  });

  it('should refuse lengths that are negative or beyond the limit before it makes room', () => {
    for (const length of [-1, -2_147_483_648, MAX_BYTES + 1, 2_147_483_647]) {
      const header = response(Opcode.RESULT);
      header.writeInt32BE(length, 5);
      for (const step of [1, 9]) {
        const { feed } = decoder();
        assert.throws(() => {
          for (let at = 0; at < 9; at += step) feed(header.subarray(at, at + step));
        }, /maxEnvelopeBytes/);
      }
    }
  });

  it('should make room for a large body as its bytes arrive', () => {
    const header = response(Opcode.RESULT);
    header.writeInt32BE(MAX_BYTES, 5);
    const part = Buffer.alloc(100_000);
    for (const cut of [4, 9]) {
      const { collector, feed } = decoder();
      const watch = new AllocationWatch();
      watch.start();
      try {
        const push = (bytes: Buffer): void => {
          watch.received += bytes.length;
          feed(bytes);
        };
        push(header.subarray(0, cut));
        push(header.subarray(cut));
        assert.ok(watch.largest <= 2 ** 20, 'after the header');
        while (watch.received < MAX_BYTES) {
          push(part.subarray(0, Math.min(part.length, MAX_BYTES + 9 - watch.received)));
          assert.ok(watch.largest <= Math.max(2 ** 20, 2 * watch.received), `after ${watch.received} bytes`);
        }
        push(part.subarray(0, MAX_BYTES + 9 - watch.received));
      } finally {
        watch.stop();
      }
      assert.equal(collector.envelopes.length, 1);
    }
  });

  it('should accept a body of exactly the limit', () => {
    const { collector, feed } = decoder();
    feed(response(Opcode.RESULT, Buffer.alloc(MAX_BYTES)));
    assert.equal(collector.envelopes.length, 1);
  });
});

describe('EnvelopeDecoder, versions', () => {
  it('should refuse another version, and requests', () => {
    for (const first of [0x04, 0x85, 0x00, 0xff, 0x84 ^ 0x40]) {
      const bytes = response(Opcode.RESULT);
      bytes[0] = first;
      assert.throws(() => decoder().feed(bytes), ProtocolError);
    }
  });

  it('should point at TLS when the bytes are not CQL', () => {
    assert.throws(() => decoder().feed(Buffer.from('HTTP/1.1 400 Bad Request')), /0x48.*TLS/);
    assert.throws(() => decoder().feed(Buffer.from('15030300020246150303000202', 'hex')), /0x15.*TLS/);
  });

  it('should deliver an ERROR of another version during the handshake and tell that version', () => {
    const { collector, decoder: d, feed } = decoder(5);
    assert.equal(d.lastVersion, 5);
    feed(response(Opcode.SUPPORTED, '', { version: 5 }));
    assert.equal(d.lastVersion, 5);
    feed(response(Opcode.ERROR, 'text', { version: 4 }));
    assert.equal(collector.envelopes.at(-1)?.opcode, Opcode.ERROR);
    assert.equal(d.lastVersion, 4);
    feed(response(Opcode.ERROR, 'text', { version: 3 }));
    assert.equal(d.lastVersion, 3);
    feed(response(Opcode.ERROR, 'text', { version: 0x42 }));
    assert.equal(d.lastVersion, 0x42);
  });

  it('should refuse other messages of another version during the handshake', () => {
    for (const opcode of [Opcode.SUPPORTED, Opcode.READY]) {
      assert.throws(() => decoder(5).feed(response(opcode, '', { version: 4 })), ProtocolError);
    }
  });

  it('should refuse an ERROR of another version after the handshake', () => {
    for (const opcode of [Opcode.READY, Opcode.AUTHENTICATE]) {
      const { decoder: d, feed } = decoder(5);
      feed(response(opcode, '', { version: 5 }));
      assert.throws(() => feed(response(Opcode.ERROR, '', { version: 4 })), ProtocolError);
      assert.equal(d.lastVersion, 5);
    }
  });

  it('should say so when the server is too old for this header', () => {
    for (const version of [1, 2]) {
      const bytes = Buffer.from([0x80 | version, 0, 1, 0, 0, 0, 0, 10, 0, 0]);
      assert.throws(() => decoder().feed(bytes), new RegExp(`protocol version ${version}`));
    }
  });
});

describe('EnvelopeDecoder, compression flag', () => {
  it('should refuse a compressed body on v4 when none was agreed upon', () => {
    assert.throws(() => decoder().feed(response(Opcode.RESULT, 'xxxx', { flags: 1 })), ProtocolError);
  });

  it('should ignore the flag on v5', () => {
    const { collector, feed } = decoder(5);
    feed(response(Opcode.RESULT, 'xxxx', { flags: 1, version: 5 }));
    assert.equal(collector.envelopes[0]?.body, '78787878');
  });
});
