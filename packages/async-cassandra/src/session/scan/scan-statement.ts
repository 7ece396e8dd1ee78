import { type CodecRegistry, compileParameterEncoder, type ParameterEncoder } from '../../codecs/index.ts';
import {
  type ByteWriter,
  type ColumnSpec,
  Opcode,
  type ProtocolVersion,
  type ValueWriter,
  writeExecute,
} from '../../protocol/index.ts';
import { bindValues, type Params } from '../bind.ts';
import { fillParameters } from '../fill-parameters.ts';
import type { Preparation } from '../preparation.ts';
import type { PreparedStatement } from '../prepared-statement.ts';
import type { Executable, LiveAttempt } from '../request-contract.ts';
import type { ResultMetadata } from '../result-metadata.ts';
import type { StatementInfo } from '../statement-info.ts';

/** Markers of the range itself, which come first. */
const RANGE_MARKERS = 2;
const TOKEN_BYTES = 8;

/**
 * The prepared statement of a scan, executed with the start and end of a range as its values. They are written as the
 * tokens they are, whatever codec the caller has for bigint; the condition's values go through the codecs.
 */
export class ScanStatement implements Executable, ValueWriter {
  readonly opcode: number = Opcode.EXECUTE;
  readonly reliesOnKeyspace: boolean = false;
  readonly isIdempotent: boolean = true;
  readonly #prepared: PreparedStatement;
  readonly #registry: CodecRegistry;
  readonly #values: readonly unknown[];
  #variables: readonly ColumnSpec[] | null = null;
  #encoder: ParameterEncoder | null = null;

  /** @throws InvalidValueError when values of the condition are missing or too many */
  constructor(prepared: PreparedStatement, params: Params | undefined, registry: CodecRegistry) {
    this.#prepared = prepared;
    this.#registry = registry;
    this.#values = bindValues(prepared.variables.slice(RANGE_MARKERS), params ?? []);
  }

  get info(): StatementInfo {
    return this.#prepared.info;
  }

  get cql(): string {
    return this.#prepared.cql;
  }

  get lastMetadata(): ResultMetadata | undefined {
    return this.#prepared.lastMetadata;
  }

  get count(): number {
    return RANGE_MARKERS + this.#values.length;
  }

  get parameterCount(): number {
    return this.count;
  }

  learn(metadata: ResultMetadata): void {
    this.#prepared.learn(metadata);
  }

  encode(writer: ByteWriter, version: ProtocolVersion, attempt: LiveAttempt): void {
    const { plan } = this.#prepared;
    const metadata = plan.lastMetadata;
    const known = metadata?.id === undefined ? undefined : metadata;
    const parameters = fillParameters(attempt, known, undefined, undefined);
    const metadataId = known?.id ?? plan.resultMetadataId;
    writeExecute(writer, version, plan.id, metadataId, parameters, this, attempt.request.values);
  }

  /** @param values - start and end of the range */
  write(writer: ByteWriter, values: readonly unknown[]): void {
    for (const token of values as readonly bigint[]) {
      writer.writeInt(TOKEN_BYTES);
      writer.writeLong(token);
    }
    if (this.#values.length > 0) this.#encoderNow().write(writer, this.#values);
  }

  /** Its replicas are those of the range, which the load balancing policy is told. */
  writeRoutingKey(): boolean {
    return false;
  }

  routingKeyspace(): string | undefined {
    return this.#prepared.routingKeyspace();
  }

  preparation(statementId: string): Preparation | undefined {
    return this.#prepared.preparation(statementId);
  }

  /** A node that had forgotten the statement may have told of other types. */
  #encoderNow(): ParameterEncoder {
    const { variables } = this.#prepared;
    if (this.#encoder === null || this.#variables !== variables) {
      this.#variables = variables;
      this.#encoder = compileParameterEncoder(variables.slice(RANGE_MARKERS), this.#registry);
    }
    return this.#encoder;
  }
}
