import type { ColumnSpec, SchemaChange } from '../../../src/protocol/index.ts';

/*
 * Responses as plain data, as the vector files have them: bytes are hexadecimal text, absent fields are left out.
 */

export interface RowsMetadataData {
  readonly columnCount: number;
  readonly pagingState?: string;
  readonly newMetadataId?: string;
  readonly columns?: readonly ColumnSpec[];
}

/** Fields of all errors; each code has some of them. */
export interface ErrorData {
  readonly code: number;
  readonly message: string;
  readonly consistency?: string;
  readonly required?: number;
  readonly alive?: number;
  readonly received?: number;
  readonly failures?: number;
  readonly failuresByNode?: Readonly<Record<string, number>>;
  readonly dataPresent?: boolean;
  readonly writeType?: string;
  readonly contentions?: number;
  readonly keyspace?: string;
  readonly table?: string;
  readonly functionName?: string;
  readonly argumentTypes?: readonly string[];
  readonly statementId?: string;
}

export type ResultData =
  | { readonly kind: 'VOID' }
  | {
      readonly kind: 'ROWS';
      readonly metadata: RowsMetadataData;
      readonly rows: readonly (readonly (string | null)[])[];
    }
  | { readonly kind: 'SET_KEYSPACE'; readonly keyspace: string }
  | {
      readonly kind: 'PREPARED';
      readonly id: string;
      readonly resultMetadataId?: string;
      readonly variables: readonly ColumnSpec[];
      readonly partitionKeyIndexes: readonly number[];
      readonly result: RowsMetadataData;
    }
  | { readonly kind: 'SCHEMA_CHANGE'; readonly change: SchemaChange };

export type EventData =
  | {
      readonly type: 'TOPOLOGY_CHANGE' | 'STATUS_CHANGE';
      readonly change: string;
      readonly address: string;
      readonly port: number;
    }
  | { readonly type: 'SCHEMA_CHANGE'; readonly change: SchemaChange }
  | { readonly type: 'UNKNOWN'; readonly name: string };

export type ResponseData =
  | { readonly opcode: 'ERROR'; readonly message: ErrorData }
  | { readonly opcode: 'READY'; readonly message: Readonly<Record<string, never>> }
  | { readonly opcode: 'AUTHENTICATE'; readonly message: { readonly authenticator: string } }
  | {
      readonly opcode: 'SUPPORTED';
      readonly message: { readonly options: Readonly<Record<string, readonly string[]>> };
    }
  | { readonly opcode: 'RESULT'; readonly message: ResultData }
  | { readonly opcode: 'EVENT'; readonly message: EventData }
  | { readonly opcode: 'AUTH_CHALLENGE' | 'AUTH_SUCCESS'; readonly message: { readonly token: string | null } };

export type ResponseOpcode = ResponseData['opcode'];

/** What may come before the message, and the message. */
export interface FullResponse {
  readonly traceId?: string;
  readonly warnings?: readonly string[];
  readonly customPayload?: Readonly<Record<string, string | null>>;
  readonly response: ResponseData;
}
