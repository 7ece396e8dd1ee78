import {
  AsyncCassandraError,
  AuthenticationError,
  ConnectionError,
  NoHostAvailableError,
  QueryError,
} from '../errors/index.ts';

/** Why one node could not be connected to. */
export interface NodeFailure {
  /** `address:port` */
  readonly node: string;
  readonly error: unknown;
}

function asDriverError({ node, error }: NodeFailure): AsyncCassandraError {
  if (error instanceof AsyncCassandraError) return error;
  return new ConnectionError(`Connection to ${node} failed; the cause tells why`, { cause: error, node });
}

/**
 * One error for the failures of all nodes. When every node gave the same kind of refusal (the credentials, the
 * keyspace), it is that refusal, which says what to change; else a `NoHostAvailableError` that tells them all.
 */
export function connectionFailure(failures: readonly NodeFailure[]): AsyncCassandraError {
  const errors = failures.map((failure) => ({ node: failure.node, error: asDriverError(failure) }));
  const [first] = errors;
  if (first === undefined) {
    return new NoHostAvailableError(
      'There is no node to connect to; check the options contactPoints, localDataCenter and loadBalancingPolicy',
      {},
    );
  }
  const isRefusal = errors.every(
    ({ error }) =>
      (error instanceof QueryError || error instanceof AuthenticationError) && error.code === first.error.code,
  );
  if (isRefusal) return first.error;
  const summary = errors.slice(0, 3).map(({ node, error }) => `${node}: ${error.message}`);
  const more = errors.length > summary.length ? [`and ${errors.length - summary.length} more`] : [];
  return new NoHostAvailableError(
    `None of ${errors.length} nodes could be connected to (${[...summary, ...more].join('; ')}); check that they run and can be reached`,
    Object.fromEntries(errors.map(({ node, error }) => [node, error])),
    { cause: first.error },
  );
}

/** The error of a connection that could not be opened, whatever was thrown. */
export function openingFailure(endPoint: string, reason: unknown): AsyncCassandraError {
  if (reason instanceof AsyncCassandraError) return reason;
  return new ConnectionError(`Connection to ${endPoint} could not be opened; the cause tells why`, {
    cause: reason,
    node: endPoint,
  });
}

export function lostAtOnce(node: string): ConnectionError {
  return new ConnectionError(`Connection to ${node} was lost as soon as it was open; check the node`, { node });
}
