import { ConfigurationError } from '../../errors/index.ts';
import { type CassandraSession, innermostSession, type SessionState } from '../../session/index.ts';

/** A session that tells what it holds, as AsyncCassandraSession does. */
export interface ObservableSession extends CassandraSession {
  readonly state: SessionState;
  /** Waits until all connections are open; see `AsyncCassandraSession.awaitConnections`. */
  awaitConnections(signal?: AbortSignal): Promise<boolean>;
}

/**
 * The session inside of all decorators: checks must neither wait for a rate limit nor be refused by a breaker.
 * @throws ConfigurationError when it does not tell what it holds
 */
export function observableSession(session: CassandraSession): ObservableSession {
  const innermost = innermostSession(session);
  const { state, awaitConnections } = innermost as Partial<ObservableSession>;
  if (state === undefined || typeof awaitConnections !== 'function')
    throw new ConfigurationError(
      'session',
      'A monitor needs a session of AsyncCluster.connect(), or decorators of one; check what was given',
    );
  return innermost as ObservableSession;
}
