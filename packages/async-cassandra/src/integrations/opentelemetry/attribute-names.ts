/** Name of the instrumentation scope that all spans and metrics are of. */
export const SCOPE = 'async-cassandra';
/** The version of the conventions that names and attributes follow. */
export const SCHEMA_URL = 'https://opentelemetry.io/schemas/1.45.0';

/** The metric that the conventions require, and the bounds that they advise for it, in seconds. */
export const DURATION_METRIC = 'db.client.operation.duration';
export const DURATION_BUCKETS_SECONDS: readonly number[] = Object.freeze([
  0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10,
]);

/**
 * Attributes of spans: those of OpenTelemetry's semantic conventions for databases and Cassandra, and the driver's own.
 * Written out, since the package of their names is large; a test compares them with it.
 */
export const attribute = {
  system: 'db.system.name',
  namespace: 'db.namespace',
  collection: 'db.collection.name',
  operation: 'db.operation.name',
  batchSize: 'db.operation.batch.size',
  queryText: 'db.query.text',
  querySummary: 'db.query.summary',
  returnedRows: 'db.response.returned_rows',
  statusCode: 'db.response.status_code',
  serverAddress: 'server.address',
  serverPort: 'server.port',
  peerAddress: 'network.peer.address',
  peerPort: 'network.peer.port',
  errorType: 'error.type',
  consistency: 'cassandra.consistency.level',
  dataCenter: 'cassandra.coordinator.dc',
  coordinator: 'cassandra.coordinator.id',
  pageSize: 'cassandra.page.size',
  idempotent: 'cassandra.query.idempotent',
  speculativeExecutions: 'cassandra.speculative_execution.count',
} as const;

/** Attributes that no convention names. */
export const ownAttribute = {
  attempts: 'async_cassandra.request.attempts',
  requestType: 'async_cassandra.request.type',
  outcome: 'async_cassandra.error.outcome',
  traceId: 'async_cassandra.server_trace.id',
  attemptNumber: 'async_cassandra.attempt.number',
  attemptSpeculative: 'async_cassandra.attempt.speculative',
  attemptEnding: 'async_cassandra.attempt.ending',
  streamPages: 'async_cassandra.stream.pages',
  streamEnding: 'async_cassandra.stream.ending',
} as const;
