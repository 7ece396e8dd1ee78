import type { ConnectionOptions } from 'node:tls';

/** Options of TLS connections, as `node:tls` takes them. */
export type TlsConnectionOptions = ConnectionOptions;

/** Where a socket connects to. */
export interface EndPoint {
  /** Host name or IP address. */
  readonly host: string;
  readonly port: number;
  /** Host name that `host` was looked up from, which TLS verifies when no other name is given. */
  readonly serverName?: string;
}

/** One byte stream to a node: a TCP or TLS socket, or a test's in-memory link. */
export interface Transport {
  /** Sends bytes; `done` is called once they may be reused or the transport is gone. */
  write(bytes: Uint8Array, done: () => void): void;
  /** Bytes accepted by `write` that have not left the process yet. */
  readonly bufferedBytes: number;
  /** Half-closes after what was written has left. */
  end(): void;
  /** Closes at once. */
  destroy(): void;
}

/** What a transport tells its owner; `onClose` comes exactly once and last. */
export interface TransportHandler {
  onConnect(): void;
  /** `length` bytes arrived at the start of `buf`; they are valid during the call only. */
  onData(buf: Buffer, view: DataView, length: number): void;
  /** The transport has room again after `bufferedBytes` had grown. */
  onDrain(): void;
  onClose(error: Error | null): void;
}

/** Opens transports. */
export interface SocketFactory {
  connect(endPoint: EndPoint, tls: TlsConnectionOptions | undefined, handler: TransportHandler): Transport;
}

/** A timer that can be cleared. */
export interface TimerHandle {
  unref?(): unknown;
}

/** Time as the driver sees it; tests run it virtually. */
export interface Timers {
  /** Monotonic milliseconds. */
  now(): number;
  /** Microseconds since the epoch, by the wall clock. */
  wallClockMicros(): number;
  /** Waits no longer than `LONGEST_TIMER_MS`, whatever is asked for. */
  setTimeout(callback: () => void, ms: number): TimerHandle;
  clearTimeout(handle: TimerHandle): void;
  setImmediate(callback: () => void): void;
  nextTick(callback: () => void): void;
}

/** Everything outside of the process that the driver touches, injected at the composition root. */
export interface Seams {
  readonly timers: Timers;
  readonly sockets: SocketFactory;
  /** Addresses of a host name. */
  readonly lookup: (host: string) => Promise<readonly string[]>;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}
