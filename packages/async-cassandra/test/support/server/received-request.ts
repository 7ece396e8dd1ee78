import { consistencyName, decodeValue, envelopeFlags, opcodeName } from '../wire/index.ts';
import type {
  ConsistencyName,
  DecodedBatch,
  DecodedParameters,
  DecodedRequest,
  OpcodeName,
  RawValue,
} from '../wire/index.ts';
import type { ServerStatement } from './prepared-statement.ts';
import type { ClientConnection } from './roles.ts';

const noValues: readonly RawValue[] = [];

/** A request as a scripted server received it, for matchers, dynamic replies and assertions. */
export class ReceivedRequest {
  /** Milliseconds on the server's clock. */
  readonly at: number;
  readonly connection: ClientConnection;
  readonly version: number;
  readonly streamId: number;
  readonly flags: number;
  readonly opcode: number;
  readonly message: DecodedRequest;
  readonly customPayload: ReadonlyMap<string, Buffer | null> | undefined;
  /** The prepared statement of an EXECUTE, undefined when the server does not know it. */
  readonly statement: ServerStatement | undefined;
  /** The text of a QUERY or PREPARE, or of the statement that is executed. */
  readonly cql: string | undefined;

  constructor(
    at: number,
    connection: ClientConnection,
    header: { readonly version: number; readonly streamId: number; readonly flags: number; readonly opcode: number },
    message: DecodedRequest,
    customPayload: ReadonlyMap<string, Buffer | null> | undefined,
    statement: ServerStatement | undefined,
  ) {
    this.at = at;
    this.connection = connection;
    this.version = header.version;
    this.streamId = header.streamId;
    this.flags = header.flags;
    this.opcode = header.opcode;
    this.message = message;
    this.customPayload = customPayload;
    this.statement = statement;
    this.cql = 'cql' in message ? message.cql : statement?.cql;
  }

  get opcodeName(): OpcodeName | 'UNKNOWN' {
    return opcodeName(this.opcode);
  }

  get parameters(): DecodedParameters | undefined {
    if ('parameters' in this.message) return this.message.parameters;
    return this.batch?.parameters;
  }

  get batch(): DecodedBatch | undefined {
    return 'batch' in this.message ? this.message.batch : undefined;
  }

  /** The bound values as bytes (of QUERY and EXECUTE; a batch has them by member). */
  get values(): readonly RawValue[] {
    return this.parameters?.values ?? noValues;
  }

  get consistency(): ConsistencyName | undefined {
    const { parameters } = this;
    return parameters === undefined ? undefined : consistencyName(parameters.consistency);
  }

  get isTraced(): boolean {
    return (this.flags & envelopeFlags.TRACING) !== 0;
  }

  /** The keyspace the statement runs in: its own, the request's (v5), or the connection's. */
  get keyspace(): string | undefined {
    if (this.statement !== undefined) return this.statement.keyspace;
    const requested = 'keyspace' in this.message ? this.message.keyspace : this.parameters?.keyspace;
    return requested ?? this.connection.keyspace;
  }

  /** Bound values decoded by the types of the prepared statement, by marker name; unset ones are left out. */
  get bound(): Record<string, unknown> {
    const result: Record<string, unknown> = {};
    const variables = this.statement?.variables ?? [];
    this.values.forEach((value, i) => {
      const variable = variables[i];
      const name = this.parameters?.names?.[i] ?? variable?.name ?? String(i);
      if (value !== 'unset') result[name] = variable === undefined ? value : decodeValue(variable.type, value);
    });
    return result;
  }

  /** Short, for messages. */
  toString(): string {
    return `${this.opcodeName} ${this.cql ?? ''} (stream ${this.streamId}, connection ${this.connection.number})`;
  }
}
