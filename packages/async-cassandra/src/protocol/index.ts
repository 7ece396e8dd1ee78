export { readAuthChallenge } from './auth-challenge.ts';
export { writeAuthResponse } from './auth-response.ts';
export { readAuthSuccess } from './auth-success.ts';
export { readAuthenticate } from './authenticate.ts';
export { type BatchRequest, type BatchRequestStatement, BatchType, writeBatch } from './batch.ts';
export type { BlockCompressor } from './block-compressor.ts';
export { compressBody } from './body-compressor.ts';
export { ByteReader } from './byte-reader.ts';
export { ByteWriter } from './byte-writer.ts';
export { parseClassName } from './class-name-parser.ts';
export { type ColumnSpec, readColumnSpecs } from './column-spec.ts';
export { type Compression, type CompressionAlgorithm, createCompressor } from './compression.ts';
export { type Consistency, consistencyCode, consistencyName, isConsistency } from './consistency.ts';
export {
  type CollectionType,
  type CqlType,
  type CustomType,
  type MapType,
  type NativeType,
  type NativeTypeName,
  nativeTypes,
  type TupleType,
  type UdtField,
  type UdtType,
  type VectorType,
} from './cql-type.ts';
export { parseCqlTypeName, type UdtLookup } from './cql-type-name-parser.ts';
export { writeCustomPayload } from './custom-payload.ts';
export { beginEnvelope, ENVELOPE_HEADER_BYTES, endEnvelope } from './envelope.ts';
export type { EnvelopeSink } from './envelope-decoder.ts';
export { EnvelopeFlag } from './envelope-flag.ts';
export { ErrorCode, readError } from './error.ts';
export {
  readEvent,
  type SchemaChangeEvent,
  type ServerEvent,
  type StatusChangeEvent,
  type TopologyChangeEvent,
  type UnknownEvent,
} from './event.ts';
export { writeExecute } from './execute.ts';
export { formatCqlType } from './format-cql-type.ts';
export {
  FRAME_HEADER_BYTES,
  MAX_FRAME_PAYLOAD,
  sealFrame,
} from './frame.ts';
export { splitFrames } from './frame-encoder.ts';
export { ReplyTooLargeError } from './reply-too-large-error.ts';
export { InboundDecoder, type InboundDecoderOptions } from './inbound-decoder.ts';
export { formatInetAddress } from './inet.ts';
export { Opcode, opcodeName } from './opcode.ts';
export { writeOptions } from './options.ts';
export { readPreamble, type ResponsePreamble } from './preamble.ts';
export { writePrepare } from './prepare.ts';
export type { ProtocolVersion } from './protocol-version.ts';
export { writeQuery } from './query.ts';
export type { QueryParameters, ValueWriter } from './query-parameters.ts';
export { writeRegister } from './register.ts';
export { readResultKind, readSetKeyspace, ResultKind } from './result.ts';
export { type PreparedResult, readPrepared } from './result-prepared.ts';
export { readRowsHeader, readRowsMetadata, RowsFlag, type RowsHeader, type RowsMetadata } from './rows-metadata.ts';
export {
  readSchemaChange,
  type SchemaChange,
  type SchemaChangeTarget,
  type SchemaChangeType,
} from './schema-change.ts';
export { CQL_VERSION, StartupOption, writeStartup } from './startup.ts';
export { readSupported } from './supported.ts';
export { decodeUtf8 } from './text.ts';
export { readTypeOption } from './type-option.ts';
export { formatUuid, parseUuid } from './uuid.ts';
