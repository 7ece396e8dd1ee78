import { AsyncResultSet } from '../../../src/session/index.ts';
import type { BatchStatement, CassandraSession, RequestOptions, StreamConfig } from '../../../src/session/index.ts';

/** A request that a fake session was given, to be settled by the test. */
export interface FakeRequest {
  readonly kind: 'execute' | 'executeStream' | 'prepare' | 'executeBatch';
  readonly query: unknown;
  readonly options: (RequestOptions & StreamConfig) | undefined;
  succeed(): void;
  fail(error: unknown): void;
}

/** A session that does nothing by itself: a test sees what it is asked for, and decides what comes of it. */
export class FakeSession implements CassandraSession {
  readonly requests: FakeRequest[] = [];
  readonly closings: ({ readonly drainTimeoutMs?: number } | undefined)[] = [];
  closed = false;
  /** Called with each request when it comes. */
  onRequest: ((request: FakeRequest) => void) | null = null;

  execute(query: unknown, _params?: unknown, options?: RequestOptions): Promise<never> {
    return this.#ask('execute', query, options);
  }

  executeStream(query: unknown, _params?: unknown, options?: StreamConfig): Promise<never> {
    return this.#ask('executeStream', query, options);
  }

  prepare(cql: string, options?: RequestOptions): Promise<never> {
    return this.#ask('prepare', cql, options);
  }

  executeBatch(batch: BatchStatement, options?: RequestOptions): Promise<never> {
    return this.#ask('executeBatch', batch, options);
  }

  close(options?: { readonly drainTimeoutMs?: number }): Promise<void> {
    this.closings.push(options);
    this.closed = true;
    return Promise.resolve();
  }

  #ask(kind: FakeRequest['kind'], query: unknown, options: unknown): Promise<never> {
    return new Promise<AsyncResultSet>((resolve, reject) => {
      const request: FakeRequest = {
        kind,
        query,
        options: options as FakeRequest['options'],
        succeed: () => resolve(Object.create(AsyncResultSet.prototype, HAS_NO_PAGES) as AsyncResultSet),
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
        fail: (error) => reject(error),
      };
      this.requests.push(request);
      this.onRequest?.(request);
    }) as Promise<never>;
  }
}

/** A result with one page, made without a server. */
const HAS_NO_PAGES: PropertyDescriptorMap = { guardPages: { value: () => undefined } };
