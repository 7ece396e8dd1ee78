import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AddressBook } from '../../../src/cluster/address-book.ts';
import type { AddressTranslator } from '../../../src/policies/index.ts';
import { VirtualClock } from '../../support/index.ts';
import { testInfo } from './fakes.ts';

const nodes = [testInfo(0), testInfo(1)];
const [a, b] = nodes.map((node) => node.hostId) as [string, string];

function bookWith(translator: AddressTranslator | undefined): {
  book: AddressBook;
  warnings: string[];
  clock: VirtualClock;
} {
  const warnings: string[] = [];
  const clock = new VirtualClock();
  const book = new AddressBook({
    contactPoints: () => [
      { host: '10.0.0.2', port: 9142, serverName: 'other.port' },
      { host: '10.0.0.3', port: 9042, serverName: 'db.internal' },
    ],
    translator,
    timers: clock,
    timeoutMs: 5000,
    logger: { warn: (_fields, message) => warnings.push(message ?? '') },
  });
  return { book, warnings, clock };
}

describe('AddressBook', () => {
  it('should connect to what nodes advertise without a translator', async () => {
    const { book } = bookWith(undefined);
    assert.deepEqual(
      [...(await book.look(nodes, () => false))],
      [
        [a, { host: '10.0.0.1', port: 9042 }],
        [b, { host: '10.0.0.2', port: 9042 }],
      ],
    );
  });

  it('should keep the name of a node that is a contact point', async () => {
    const { book } = bookWith(undefined);
    const places = await book.look([...nodes, testInfo(2)], () => false);
    assert.deepEqual(
      [...places.values()].map(({ serverName }) => serverName),
      [undefined, undefined, 'db.internal'],
    );
  });

  it('should ask the translator again for nodes that are not connected only', async () => {
    const asked: string[] = [];
    const { book } = bookWith({
      translate: async ({ address, port }) => {
        asked.push(address);
        return { host: `node-${address}.example`, port: port + asked.length };
      },
    });
    await book.look(nodes, () => false);
    const again = await book.look(nodes, (hostId) => hostId === a);
    assert.deepEqual(asked, ['10.0.0.1', '10.0.0.2', '10.0.0.2']);
    assert.deepEqual(again.get(a), { host: 'node-10.0.0.1.example', port: 9043 });
    assert.deepEqual(again.get(b), { host: 'node-10.0.0.2.example', port: 9045 });
  });

  it('should ask again when a connected node advertises another address', async () => {
    const { book } = bookWith({ translate: async ({ address, port }) => ({ host: `x-${address}`, port }) });
    await book.look(nodes, () => true);
    const again = await book.look([{ hostId: a, address: '10.9.9.9', port: 9042 }], () => true);
    assert.deepEqual([...again], [[a, { host: 'x-10.9.9.9', port: 9042 }]]);
  });

  it('should keep the last translation, else the advertised address, when the translator fails or hangs', async () => {
    let mode = 'works';
    const { book, warnings, clock } = bookWith({
      translate: ({ address, port }) => {
        if (mode === 'works' && address === '10.0.0.1') return Promise.resolve({ host: 'translated', port });
        if (address === '10.0.0.1') throw new Error('broken');
        if (mode === 'nonsense') return Promise.resolve({ host: '', port: Number.NaN });
        return new Promise(() => undefined);
      },
    });
    const first = await clock.settle(book.look(nodes, () => false));
    assert.deepEqual(first.get(b), { host: '10.0.0.2', port: 9042 });
    assert.equal(clock.now(), 5000);
    mode = 'nonsense';
    const second = await clock.settle(book.look(nodes, () => false));
    assert.deepEqual(second.get(a), { host: 'translated', port: 9042 });
    assert.deepEqual(second.get(b), { host: '10.0.0.2', port: 9042 });
    assert.equal(warnings.length, 3);
    assert.equal(clock.pending, 0);
  });
});
