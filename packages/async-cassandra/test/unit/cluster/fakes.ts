import type { Connection } from '../../../src/connection/index.ts';
import { ConnectionError } from '../../../src/errors/index.ts';
import { createNodeInfo, type NodeFields, type NodeInfo } from '../../../src/metadata/index.ts';
import type { ReconnectionPolicy } from '../../../src/policies/index.ts';

/** What pools, states and watches use of a connection, moved by hand. */
export class FakeConnection {
  readonly endPoint = { host: '10.0.0.1', port: 9042 };
  readonly node = '10.0.0.1:9042';
  isOpen = true;
  inFlight = 0;
  orphaned = 0;
  bytesReceived = 0;
  lastReadMs = 0;
  probes = 0;
  hasRoom = true;
  isRetired = false;
  onClosed: ((connection: FakeConnection, error: ConnectionError | null) => void) | null = null;
  onAvailable: ((connection: FakeConnection) => void) | null = null;
  #ended = false;
  #waiting: (() => void)[] = [];

  get hasCapacity(): boolean {
    return this.isOpen && this.hasRoom;
  }

  /** The connection as its users see it. */
  get real(): Connection {
    return this as unknown as Connection;
  }

  probe(): void {
    this.probes++;
  }

  retire(error: ConnectionError | null): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.isRetired = true;
    this.#tell(error);
    if (this.inFlight === 0) this.end();
  }

  close(error: ConnectionError | null = null): void {
    if (!this.isOpen && !this.isRetired) return;
    this.isOpen = false;
    this.isRetired = false;
    this.inFlight = 0;
    this.#tell(error);
    this.end();
  }

  closed(): Promise<void> {
    return this.#ended ? Promise.resolve() : new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** The socket breaks. */
  break(): void {
    this.close(new ConnectionError('Connection was lost', { node: this.node }));
  }

  /** All replies have come. */
  drain(): void {
    this.inFlight = 0;
    if (this.isRetired) this.end();
  }

  end(): void {
    this.#ended = true;
    this.isRetired = false;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  get isGone(): boolean {
    return this.#ended;
  }

  #tell(error: ConnectionError | null): void {
    const listener = this.onClosed;
    this.onClosed = null;
    listener?.(this, error);
  }
}

export function testInfo(slot: number, fields: Partial<NodeFields> = {}): NodeInfo {
  return createNodeInfo({
    hostId: `00000000-0000-4000-8000-${String(slot).padStart(12, '0')}`,
    address: `10.0.0.${slot + 1}`,
    port: 9042,
    dataCenter: 'dc1',
    rack: 'r1',
    releaseVersion: '5.0.9',
    schemaVersion: undefined,
    tokens: [String(slot * 100)],
    slot,
    ...fields,
  });
}

/** 1 s, 2 s, 4 s ... up to 60 s, without jitter. */
export const doubling: ReconnectionPolicy = {
  *schedule() {
    for (let ms = 1000; ; ms = Math.min(ms * 2, 60_000)) yield ms;
  },
};

/** A promise that is settled from outside. */
export interface Deferred<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (error: unknown) => void;
}

export function deferred<T>(): Deferred<T> {
  let resolve: (value: T) => void = () => undefined;
  let reject: (error: unknown) => void = () => undefined;
  const promise = new Promise<T>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
}

/** Lets promise callbacks and next ticks run. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
