import { createNodeInfo, type NodeFields, type NodeInfo } from '../../../src/metadata/node-info.ts';
import type { Turns } from '../../../src/metadata/turns.ts';

/** A node for tests: whatever a test does not say is filled in from its slot. */
export function testNode(slot: number, fields: Partial<NodeFields> = {}): NodeInfo {
  return createNodeInfo({
    hostId: `00000000-0000-4000-8000-${String(slot).padStart(12, '0')}`,
    address: `10.0.${slot >> 8}.${slot & 255}`,
    port: 9042,
    dataCenter: 'dc1',
    rack: 'rack1',
    releaseVersion: '5.0.2',
    schemaVersion: undefined,
    tokens: [],
    ...fields,
    slot,
  });
}

/** Turns that are counted instead of taken. */
export class CountedTurns implements Turns {
  /** How often work yielded. */
  yields = 0;
  #now = 0;

  yieldTurn(): Promise<void> {
    this.yields++;
    this.#now++;
    return Promise.resolve();
  }

  now(): number {
    return this.#now;
  }
}
