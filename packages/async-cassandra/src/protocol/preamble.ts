import type { ByteReader } from './byte-reader.ts';
import { EnvelopeFlag } from './envelope-flag.ts';

/** What may precede a response's message. */
export interface ResponsePreamble {
  /** Id of the trace, when the request asked to be traced. */
  readonly traceId: string | undefined;
  readonly warnings: string[] | undefined;
  readonly customPayload: Map<string, Buffer | null> | undefined;
}

const PREAMBLE_FLAGS = EnvelopeFlag.TRACING | EnvelopeFlag.WARNING | EnvelopeFlag.CUSTOM_PAYLOAD;

/**
 * Reads `[<tracing_id>][<warnings>][<custom_payload>]`, each there when its flag is set (section 4).
 * @returns null, without allocating, when there is none
 */
export function readPreamble(r: ByteReader, flags: number): ResponsePreamble | null {
  if ((flags & PREAMBLE_FLAGS) === 0) return null;
  const traceId = (flags & EnvelopeFlag.TRACING) === 0 ? undefined : r.readUuid();
  const warnings = (flags & EnvelopeFlag.WARNING) === 0 ? undefined : r.readStringList();
  const customPayload = (flags & EnvelopeFlag.CUSTOM_PAYLOAD) === 0 ? undefined : r.readBytesMap();
  return { traceId, warnings, customPayload };
}
