import type { QueryParameters } from '../protocol/index.ts';
import type { ResultMetadata } from './result-metadata.ts';
import type { LiveAttempt, LiveRequest } from './request-contract.ts';

/** The server's own default; sending it would only cost bytes. */
const DEFAULT_SERIAL = 'SERIAL';

/** Code of the serial consistency when it must be sent. */
export function serialCode(request: LiveRequest): number | undefined {
  const { settings } = request;
  return settings.serialConsistency === DEFAULT_SERIAL ? undefined : settings.serialConsistencyCode;
}

/** The keyspace that travels with the request (v5); a statement that names its table's keyspace needs none, but it does no harm. */
export function keyspaceOnWire(request: LiveRequest): string | undefined {
  return request.core.protocolVersion < 5 ? undefined : (request.settings.keyspace ?? request.sessionKeyspace);
}

/**
 * Fills the session's scratch parameters for one request.
 * @param known - metadata that the answer may leave out; undefined to be sent it
 */
export function fillParameters(
  attempt: LiveAttempt,
  known: ResultMetadata | undefined,
  keyspace: string | undefined,
  names: readonly string[] | undefined,
): QueryParameters {
  const { request } = attempt;
  const { settings, core } = request;
  attempt.sentMetadata = known;
  const parameters = core.parameters;
  parameters.consistency = settings.consistencyCode;
  parameters.serialConsistency = serialCode(request);
  parameters.skipMetadata = known !== undefined;
  parameters.pageSize = request.statement.info.kind === 'write' ? undefined : settings.fetchSize;
  parameters.pagingState = request.pagingState;
  parameters.timestamp = request.timestamp;
  parameters.keyspace = keyspace;
  parameters.nowInSeconds = settings.nowInSeconds;
  parameters.names = names;
  return parameters;
}
