import {
  type CodecRegistry,
  compileParameterEncoder,
  compileRoutingKeyEncoder,
  type ParameterEncoder,
  type RoutingKeyEncoder,
  type Row,
} from '../codecs/index.ts';
import {
  type ByteWriter,
  type ColumnSpec,
  Opcode,
  type PreparedResult,
  type ProtocolVersion,
  type SchemaChange,
  writeExecute,
} from '../protocol/index.ts';
import type { NodeInfo } from '../metadata/index.ts';
import type { Preparation } from './preparation.ts';
import { fillParameters } from './fill-parameters.ts';
import { preparedMetadata, type ResultMetadata } from './result-metadata.ts';
import type { StatementInfo } from './statement-info.ts';
import type { LiveAttempt, LiveRequest } from './request-contract.ts';

/** Options of `prepare`. */
export interface PrepareOptions {
  /** Whether executing the statement twice does the same as once; kept with the statement. Absent: only reads are. */
  readonly idempotent?: boolean | undefined;
  /** Bounds the preparation. Default: the request timeout. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Keyspace of the statement when it is not that of the session (protocol v5). */
  readonly keyspace?: string | undefined;
  /** The one node to prepare it on, from the metadata or by host id, even if the statement is known already. */
  readonly node?: NodeInfo | string | undefined;
}

/** What the nodes answered to PREPARE, and what was compiled from it. Callers share it; a later answer replaces it. */
export class PreparedPlan {
  readonly cql: string;
  readonly keyspace: string | undefined;
  readonly id: Buffer;
  readonly statementId: string;
  variables: readonly ColumnSpec[] = [];
  info: StatementInfo;
  partitionKeyIndexes: readonly number[] = [];
  /** Its table, or a type in it, has changed since: the markers may have other types now. */
  isStale = false;
  /** When it was last looked up in the cache, in its count of uses. */
  usedAt = 0;
  lastMetadata: ResultMetadata | undefined;
  /** Id of the result's metadata as last heard (v5). */
  resultMetadataId: Buffer | undefined;
  readonly #registry: CodecRegistry;
  #encoder: ParameterEncoder | null = null;
  #routing: RoutingKeyEncoder | null = null;
  #generation = -1;
  #statement: PreparedStatement | null = null;

  constructor(
    cql: string,
    keyspace: string | undefined,
    info: StatementInfo,
    result: PreparedResult,
    registry: CodecRegistry,
  ) {
    this.cql = cql;
    this.keyspace = keyspace;
    this.id = result.id;
    this.statementId = result.id.toString('hex');
    this.info = info;
    this.#registry = registry;
    this.accept(result);
  }

  /** The encoder of the markers' values; compiled at first use and when a class was registered. */
  get encoder(): ParameterEncoder {
    if (this.#generation !== this.#registry.generation) this.#forgetEncoders();
    this.#encoder ??= compileParameterEncoder(this.variables, this.#registry);
    return this.#encoder;
  }

  /** The statement as used for texts that were prepared by themselves. */
  get statement(): PreparedStatement {
    this.#statement ??= new PreparedStatement(this, undefined);
    return this.#statement;
  }

  /** Writes the routing key into the empty `scratch`. @returns false when the statement has none */
  writeRoutingKey(scratch: ByteWriter, values: readonly unknown[]): boolean {
    if (this.partitionKeyIndexes.length === 0) return false;
    if (this.#generation !== this.#registry.generation) this.#forgetEncoders();
    this.#routing ??= compileRoutingKeyEncoder(this.variables, this.partitionKeyIndexes, this.#registry);
    return this.#routing.write(scratch, values);
  }

  /** Whether the types of the markers may be others after this change. */
  dependsOn(change: SchemaChange): boolean {
    const [first] = this.variables;
    if (first === undefined || first.keyspace !== change.keyspace) return false;
    if (change.target === 'KEYSPACE') return change.changeType !== 'UPDATED';
    return change.target !== 'TABLE' || change.name === first.table;
  }

  /**
   * What PREPARE has answered, the first time or after a node had forgotten the statement: its table may be another one
   * by now, and values encoded by the old types would be stored as something else.
   */
  accept(result: PreparedResult): void {
    const { columns } = result.result;
    this.variables = result.variables;
    this.partitionKeyIndexes = result.partitionKeyIndexes;
    this.#encoder = null;
    this.#routing = null;
    this.isStale = false;
    if (writesCounter(this.info, result.variables)) this.info = { ...this.info, isCounter: true };
    this.resultMetadataId = result.resultMetadataId;
    const isCacheable =
      !this.info.isConditional && result.resultMetadataId !== undefined && columns !== undefined && columns.length > 0;
    this.lastMetadata = isCacheable ? preparedMetadata(columns, result.resultMetadataId, this.#registry) : undefined;
  }

  #forgetEncoders(): void {
    this.#generation = this.#registry.generation;
    this.#encoder = null;
    this.#routing = null;
  }
}

/** Sent to a counter, a marker has the type counter, which no other statement can have. */
function writesCounter(info: StatementInfo, variables: readonly ColumnSpec[]): boolean {
  return info.kind === 'write' && variables.some((variable) => variable.type.kind === 'counter');
}

/** A statement that the cluster has parsed: executed by its id, with values of known types, sent to their replicas. */
export class PreparedStatement<R extends Row = Row> {
  /** @internal */
  readonly opcode: number = Opcode.EXECUTE;
  /** @internal */
  readonly reliesOnKeyspace: boolean = false;
  /** As given to `prepare`. */
  readonly isIdempotent: boolean | undefined;
  /** @internal */
  readonly plan: PreparedPlan;
  /** Phantom: the type of the rows. */
  declare readonly rowType?: R;

  /** @internal */
  constructor(plan: PreparedPlan, isIdempotent: boolean | undefined) {
    this.plan = plan;
    this.isIdempotent = isIdempotent;
  }

  /** The statement's text. */
  get cql(): string {
    return this.plan.cql;
  }

  /** The keyspace it was prepared in, when it was not named in the text. */
  get keyspace(): string | undefined {
    return this.plan.keyspace;
  }

  /** Its markers, in order. */
  get variables(): readonly ColumnSpec[] {
    return this.plan.variables;
  }

  /** The markers that hold the columns of the partition key; empty when some are not bound. */
  get partitionKeyIndexes(): readonly number[] {
    return this.plan.partitionKeyIndexes;
  }

  /** @internal */
  get info(): StatementInfo {
    return this.plan.info;
  }

  /** @internal */
  get lastMetadata(): ResultMetadata | undefined {
    return this.plan.lastMetadata;
  }

  /** @internal */
  learn(metadata: ResultMetadata): void {
    // The metadata of a conditional statement depends on whether it was applied (rule 14 of the design).
    const { plan } = this;
    if (plan.info.isConditional) return;
    if (metadata.id !== undefined) plan.resultMetadataId = metadata.id;
    else if (plan.lastMetadata?.id !== undefined) return;
    plan.lastMetadata = metadata;
  }

  /** @internal */
  encode(writer: ByteWriter, version: ProtocolVersion, attempt: LiveAttempt): void {
    const { plan } = this;
    const metadata = plan.lastMetadata;
    // Without a metadata id (v4) the server cannot tell that what we know is out of date, so it is always asked for.
    const known = metadata !== undefined && metadata.id !== undefined ? metadata : undefined;
    const parameters = fillParameters(attempt, known, undefined, undefined);
    writeExecute(
      writer,
      version,
      plan.id,
      known?.id ?? plan.resultMetadataId,
      parameters,
      plan.encoder,
      attempt.request.values,
    );
  }

  /** @internal */
  writeRoutingKey(scratch: ByteWriter, request: LiveRequest): boolean {
    return this.plan.writeRoutingKey(scratch, request.values);
  }

  /** @internal */
  routingKeyspace(): string | undefined {
    return this.plan.variables[0]?.keyspace;
  }

  /** @internal */
  preparation(statementId: string): Preparation | undefined {
    return statementId === this.plan.statementId ? this.plan : undefined;
  }
}
