import { ClusterNode } from '../../../src/cluster/cluster-node.ts';
import { ConnectLimiter } from '../../../src/cluster/connect-limiter.ts';
import { ConnectionPool } from '../../../src/cluster/connection-pool.ts';
import type { Connection } from '../../../src/connection/index.ts';
import { ConnectionError } from '../../../src/errors/index.ts';
import { VirtualClock } from '../../support/index.ts';
import { type Deferred, deferred, doubling, FakeConnection, testInfo } from './fakes.ts';

/** An attempt to connect that the test decides. */
export interface Attempt {
  readonly signal: AbortSignal;
  readonly outcome: Deferred<Connection>;
  isOver: boolean;
}

/** A pool whose connections, attempts and clock are moved by hand, and what it has told its listener. */
export class PoolHarness {
  readonly clock = new VirtualClock();
  readonly node: ClusterNode = new ClusterNode(testInfo(0), { host: '10.0.0.1', port: 9042 }, () => this.clock.now());
  readonly limiter = new ConnectLimiter();
  readonly attempts: Attempt[] = [];
  /** Connections counted as open by the listener. */
  readonly counted = new Set<Connection>();
  /** All connections ever given to the pool. */
  readonly made: FakeConnection[] = [];
  failing = 0;
  available = 0;
  readonly pool: ConnectionPool;

  constructor(size: number) {
    this.pool = new ConnectionPool({
      node: this.node,
      size,
      open: (_node, signal) => this.#open(signal),
      reconnectionPolicy: doubling,
      limiter: this.limiter,
      timers: this.clock,
      random: () => 0,
      logger: {},
      listener: {
        connectionOpened: (_node, connection) => this.counted.add(connection),
        connectionClosed: (_node, connection) => this.counted.delete(connection),
        poolFailing: (_node, failing) => {
          this.failing += failing ? 1 : -1;
        },
        poolAvailable: () => {
          this.available++;
        },
      },
    });
  }

  /** Attempts that are under way. */
  get pending(): Attempt[] {
    return this.attempts.filter((attempt) => !attempt.isOver);
  }

  make(): FakeConnection {
    const connection = new FakeConnection();
    this.made.push(connection);
    return connection;
  }

  /** The oldest attempt succeeds. */
  async succeed(): Promise<FakeConnection> {
    const attempt = this.pending[0];
    if (attempt === undefined) throw new Error('Nothing is under way');
    const connection = this.make();
    attempt.isOver = true;
    attempt.outcome.resolve(connection.real);
    await this.clock.advance(0);
    return connection;
  }

  /** The oldest attempt fails. */
  async fail(message = 'refused'): Promise<void> {
    const attempt = this.pending[0];
    if (attempt === undefined) throw new Error('Nothing is under way');
    attempt.isOver = true;
    attempt.outcome.reject(new ConnectionError(message));
    await this.clock.advance(0);
  }

  #open(signal: AbortSignal): Promise<Connection> {
    const attempt: Attempt = { signal, outcome: deferred(), isOver: signal.aborted };
    this.attempts.push(attempt);
    const abort = (): void => {
      attempt.isOver = true;
      attempt.outcome.reject(new ConnectionError('aborted'));
    };
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
    // As opening a connection does: the signal outlives the attempt.
    const settled = (): void => signal.removeEventListener('abort', abort);
    attempt.outcome.promise.then(settled, settled);
    return attempt.outcome.promise;
  }
}
