import type { FastifyBaseLogger } from 'fastify';
import type { CassandraSession } from 'async-cassandra';

/** Work that goes on after its request was answered: with the service's session, not the request's, and waited for at the end. */
export class BackgroundWork {
  readonly #session: CassandraSession;
  readonly #log: FastifyBaseLogger;
  readonly #running = new Set<Promise<void>>();

  constructor(session: CassandraSession, log: FastifyBaseLogger) {
    this.#session = session;
    this.#log = log;
  }

  get size(): number {
    return this.#running.size;
  }

  start(name: string, body: (session: CassandraSession) => Promise<void>): void {
    const running = body(this.#session)
      .catch((error: unknown) => this.#log.error({ err: error }, `The ${name} failed`))
      .finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  async finished(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }
}
