/** Flags of an envelope's header (native protocol specification v5, section 2.4.1.2; v4, section 2.2). */
export const EnvelopeFlag = {
  /** v4 only: the body is compressed. */
  COMPRESSION: 0x01,
  /** In a request: trace it. In a response: the body begins with a tracing id. */
  TRACING: 0x02,
  /** A custom payload precedes the message. */
  CUSTOM_PAYLOAD: 0x04,
  /** Responses only: a list of warnings precedes the message. */
  WARNING: 0x08,
  /** Requests only: the client accepts a version that the server calls beta. */
  BETA: 0x10,
} as const;
