import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BodyDecompressor } from '../../../src/protocol/body-decompressor.ts';
import { EnvelopeDecoder, type EnvelopeSink } from '../../../src/protocol/envelope-decoder.ts';
import { Opcode } from '../../../src/protocol/opcode.ts';
import { collectUntil } from '../../support/collect-garbage.ts';
import { viewOf } from '../../support/envelope-collector.ts';
import { compressEnvelope, encodeEnvelope } from '../../support/wire/index.ts';

const MAX_BYTES = 8 * 2 ** 20;
const largeReply = {
  version: 4,
  isResponse: true,
  flags: 0,
  streamId: 1,
  opcode: Opcode.RESULT,
  body: Buffer.alloc(2 ** 20, 'x'),
};

/** Remembers the memory of what it was given, without keeping it. */
class Watcher implements EnvelopeSink {
  readonly memory: WeakRef<object>[] = [];

  onEnvelope(...[, , , reader, owned]: Parameters<EnvelopeSink['onEnvelope']>): void {
    assert.equal(owned, true);
    this.memory.push(new WeakRef(reader.buf.buffer));
  }
}

function feedInTwo(decoder: EnvelopeDecoder, envelope: Buffer): void {
  const cut = Math.floor(envelope.length / 2);
  decoder.feed(envelope, viewOf(envelope), 0, cut);
  decoder.feed(envelope, viewOf(envelope), cut, envelope.length);
}

async function assertReleased(watcher: Watcher): Promise<void> {
  assert.equal(watcher.memory.length, 1);
  await collectUntil(() => watcher.memory[0]?.deref() === undefined);
  assert.ok(watcher.memory[0]?.deref() === undefined, 'the reply is still in memory');
}

describe('A large reply that nobody keeps', () => {
  it('should not stay in memory until the next one comes', async () => {
    const watcher = new Watcher();
    const decoder = new EnvelopeDecoder(4, MAX_BYTES, watcher);
    feedInTwo(decoder, encodeEnvelope(largeReply));
    await assertReleased(watcher);
    assert.equal(decoder.hasPartial, false);
  });

  it('should not stay when it was compressed, either', async () => {
    const watcher = new Watcher();
    const decoder = new EnvelopeDecoder(4, MAX_BYTES, watcher);
    decoder.decompressor = new BodyDecompressor('lz4', MAX_BYTES);
    const envelope = encodeEnvelope(compressEnvelope(largeReply, 'lz4'));
    decoder.feed(envelope, viewOf(envelope), 0, envelope.length);
    await assertReleased(watcher);
    assert.equal(decoder.decompressor.isOwned, false);
  });
});
