import { type Attributes, type Context, type Histogram, type MeterProvider, metrics } from '@opentelemetry/api';
import type { TrackedRequest } from '../../diagnostics/index.ts';
import { type AsyncCassandraError, QueryError } from '../../errors/index.ts';
import { attribute, DURATION_BUCKETS_SECONDS, DURATION_METRIC, SCHEMA_URL, SCOPE } from './attribute-names.ts';
import type { StatementFacts } from './statement-facts.ts';

/** Statements and keyspaces that are told apart; texts that name tables as they like must not make a series each. */
const MAX_OPERATIONS = 1_000;

/** What a series tells of a request's statement, and in which keyspace. */
interface OperationAttributes {
  readonly namespace: string | undefined;
  readonly attributes: Attributes;
}

/**
 * The metric that the conventions require, `db.client.operation.duration`: a histogram of the time of requests, by operation,
 * table, keyspace, node and error. No label holds a text or a value.
 */
export class OperationDuration {
  readonly #given: MeterProvider | undefined;
  readonly #operations = new WeakMap<StatementFacts, OperationAttributes>();
  readonly #known = new Set<string>();
  #provider: MeterProvider | null = null;
  #histogram: Histogram | null = null;

  /** @param given - makes the histogram; undefined: the one that is registered globally when requests end */
  constructor(given: MeterProvider | undefined) {
    this.#given = given;
  }

  /** @param context - of the request's span, for exemplars */
  record(request: TrackedRequest, facts: StatementFacts, error: AsyncCassandraError | null, context: Context): void {
    const attributes: Attributes = { ...this.#operation(request, facts) };
    const { coordinator } = request;
    if (coordinator !== undefined) {
      attributes[attribute.serverAddress] = coordinator.address;
      attributes[attribute.serverPort] = coordinator.port;
    }
    if (error !== null) {
      attributes[attribute.errorType] = error.name;
      if (error instanceof QueryError) attributes[attribute.statusCode] = String(error.serverCode);
    }
    this.#current().record(request.elapsedMs / 1000, attributes, context);
  }

  #operation({ statement, keyspace }: TrackedRequest, facts: StatementFacts): Attributes {
    const namespace = statement.keyspace ?? keyspace;
    const known = this.#operations.get(facts);
    if (known !== undefined && known.namespace === namespace) return known.attributes;
    const attributes: Attributes = { [attribute.system]: 'cassandra' };
    if (facts.operation !== undefined) attributes[attribute.operation] = facts.operation;
    if (this.#hasRoom(`${namespace}\0${statement.table}\0${facts.name}`)) {
      if (namespace !== undefined) attributes[attribute.namespace] = namespace;
      if (statement.table !== undefined) attributes[attribute.collection] = statement.table;
      if (facts.summary !== undefined) attributes[attribute.querySummary] = facts.summary;
    }
    this.#operations.set(facts, { namespace, attributes });
    return attributes;
  }

  #hasRoom(operation: string): boolean {
    if (this.#known.size >= MAX_OPERATIONS) return this.#known.has(operation);
    this.#known.add(operation);
    return true;
  }

  /** Asked for late, and again when another provider has been registered: the API hands out no stand-ins that follow. */
  #current(): Histogram {
    const provider = this.#given ?? metrics.getMeterProvider();
    if (this.#histogram === null || provider !== this.#provider) {
      this.#provider = provider;
      this.#histogram = provider
        .getMeter(SCOPE, undefined, { schemaUrl: SCHEMA_URL })
        .createHistogram(DURATION_METRIC, {
          description: 'Duration of database client operations.',
          unit: 's',
          advice: { explicitBucketBoundaries: [...DURATION_BUCKETS_SECONDS] },
        });
    }
    return this.#histogram;
  }
}
