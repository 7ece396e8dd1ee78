import {
  type BatchRequestStatement,
  BatchType as WireBatchType,
  type ByteWriter,
  Opcode,
  type ProtocolVersion,
  writeBatch,
} from '../protocol/index.ts';
import type { BatchType } from './batch-statement.ts';
import type { Preparation } from './preparation.ts';
import { keyspaceOnWire, serialCode } from './fill-parameters.ts';
import type { PreparedPlan } from './prepared-statement.ts';
import type { StatementInfo } from './statement-info.ts';
import type { Executable, LiveAttempt, LiveRequest } from './request-contract.ts';

/** One statement of a batch, ready to be sent: by its plan, or by its text alone. */
export type ReadyMember =
  | { readonly plan: PreparedPlan; readonly values: readonly unknown[]; readonly info: StatementInfo }
  | { readonly plan: null; readonly cql: string; readonly values: readonly unknown[]; readonly info: StatementInfo };

const WIRE_TYPES: Readonly<Record<BatchType, 0 | 1 | 2>> = {
  logged: WireBatchType.LOGGED,
  unlogged: WireBatchType.UNLOGGED,
  counter: WireBatchType.COUNTER,
};

/** A BATCH request. It is routed by its first statement that has a routing key. */
export class BatchRequest implements Executable {
  readonly opcode: number = Opcode.BATCH;
  readonly info: StatementInfo;
  readonly isIdempotent: undefined = undefined;
  readonly lastMetadata: undefined = undefined;
  readonly reliesOnKeyspace: boolean;
  readonly cql: string;
  readonly #type: BatchType;
  readonly #members: readonly ReadyMember[];
  readonly #keyed: (ReadyMember & { readonly plan: PreparedPlan }) | undefined;

  constructor(type: BatchType, members: readonly ReadyMember[]) {
    this.#type = type;
    this.#members = members;
    this.#keyed = members.find(
      (member): member is ReadyMember & { readonly plan: PreparedPlan } =>
        member.plan !== null && member.plan.partitionKeyIndexes.length > 0,
    );
    this.reliesOnKeyspace = members.some((member) => member.plan === null);
    this.cql = `BATCH (${type}, ${members.length} statements)`;
    const first = members[0]?.info;
    this.info = {
      kind: 'write',
      operation: 'BATCH',
      isConditional: members.some((member) => member.info.isConditional),
      isCounter: type === 'counter' || members.some((member) => member.info.isCounter),
      isBatch: true,
      keyspace: first?.keyspace,
      table: first?.table,
    };
  }

  get batchSize(): number {
    return this.#members.length;
  }

  get parameterCount(): number {
    return this.#members.reduce((sum, member) => sum + member.values.length, 0);
  }

  learn(): void {
    // Only conditional batches return rows, and the metadata of those is never kept.
  }

  encode(writer: ByteWriter, version: ProtocolVersion, attempt: LiveAttempt): void {
    const { request } = attempt;
    writeBatch(writer, version, {
      type: WIRE_TYPES[this.#type],
      statements: this.#members.map(toWire),
      consistency: request.settings.consistencyCode,
      serialConsistency: serialCode(request),
      timestamp: request.timestamp,
      keyspace: keyspaceOnWire(request),
      nowInSeconds: request.settings.nowInSeconds,
    });
  }

  writeRoutingKey(scratch: ByteWriter): boolean {
    const keyed = this.#keyed;
    return keyed !== undefined && keyed.plan.writeRoutingKey(scratch, keyed.values);
  }

  routingKeyspace(request: LiveRequest): string | undefined {
    return this.#keyed?.plan.variables[0]?.keyspace ?? this.info.keyspace ?? request.sessionKeyspace;
  }

  preparation(statementId: string): Preparation | undefined {
    return this.#members.find((member) => member.plan?.statementId === statementId)?.plan ?? undefined;
  }
}

function toWire(member: ReadyMember): BatchRequestStatement {
  if (member.plan === null) return { cql: member.cql, values: null, bound: [] };
  return { id: member.plan.id, values: member.plan.encoder, bound: member.values };
}
