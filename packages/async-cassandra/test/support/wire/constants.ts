/** Numbers of the native protocol, written down from the v3, v4 and v5 specifications for the test side only. */

/** Spec v5 section 2.4.1.4. */
export const opcodes = {
  ERROR: 0x00,
  STARTUP: 0x01,
  READY: 0x02,
  AUTHENTICATE: 0x03,
  OPTIONS: 0x05,
  SUPPORTED: 0x06,
  QUERY: 0x07,
  RESULT: 0x08,
  PREPARE: 0x09,
  EXECUTE: 0x0a,
  REGISTER: 0x0b,
  EVENT: 0x0c,
  BATCH: 0x0d,
  AUTH_CHALLENGE: 0x0e,
  AUTH_RESPONSE: 0x0f,
  AUTH_SUCCESS: 0x10,
} as const;

export type OpcodeName = keyof typeof opcodes;

const namesByOpcode: ReadonlyMap<number, OpcodeName> = new Map(
  Object.entries(opcodes).map(([name, code]) => [code, name as OpcodeName]),
);

export function opcodeName(opcode: number): OpcodeName | 'UNKNOWN' {
  return namesByOpcode.get(opcode) ?? 'UNKNOWN';
}

/** Spec v5 section 2.4.1.2. */
export const envelopeFlags = {
  COMPRESSION: 0x01,
  TRACING: 0x02,
  CUSTOM_PAYLOAD: 0x04,
  WARNING: 0x08,
  BETA: 0x10,
} as const;

/** Spec v5 section 4.1.4. */
export const queryFlags = {
  VALUES: 0x01,
  SKIP_METADATA: 0x02,
  PAGE_SIZE: 0x04,
  PAGING_STATE: 0x08,
  SERIAL_CONSISTENCY: 0x10,
  TIMESTAMP: 0x20,
  NAMES: 0x40,
  KEYSPACE: 0x80,
  NOW_IN_SECONDS: 0x100,
} as const;

/** Spec v5 section 4.2.5.2. */
export const rowsFlags = {
  GLOBAL_TABLES_SPEC: 0x01,
  HAS_MORE_PAGES: 0x02,
  NO_METADATA: 0x04,
  METADATA_CHANGED: 0x08,
} as const;

/** Spec v5 section 4.2.5. */
export const resultKinds = { VOID: 1, ROWS: 2, SET_KEYSPACE: 3, PREPARED: 4, SCHEMA_CHANGE: 5 } as const;

/** Spec v5 section 3, [consistency]: a name's index is its code. */
export const consistencies = [
  'ANY',
  'ONE',
  'TWO',
  'THREE',
  'QUORUM',
  'ALL',
  'LOCAL_QUORUM',
  'EACH_QUORUM',
  'SERIAL',
  'LOCAL_SERIAL',
  'LOCAL_ONE',
] as const;

export type ConsistencyName = (typeof consistencies)[number];

export function consistencyCode(name: ConsistencyName): number {
  return consistencies.indexOf(name);
}

export function consistencyName(code: number): ConsistencyName {
  const name = consistencies[code];
  if (name === undefined) throw new Error(`No consistency has the code ${code}`);
  return name;
}

/** Spec v5 section 8. */
export const errorCodes = {
  serverError: 0x0000,
  protocolError: 0x000a,
  authenticationError: 0x0100,
  unavailable: 0x1000,
  overloaded: 0x1001,
  isBootstrapping: 0x1002,
  truncateError: 0x1003,
  writeTimeout: 0x1100,
  readTimeout: 0x1200,
  readFailure: 0x1300,
  functionFailure: 0x1400,
  writeFailure: 0x1500,
  cdcWriteFailure: 0x1600,
  casWriteUnknown: 0x1700,
  syntaxError: 0x2000,
  unauthorized: 0x2100,
  invalid: 0x2200,
  configError: 0x2300,
  alreadyExists: 0x2400,
  unprepared: 0x2500,
} as const;

export type ErrorName = keyof typeof errorCodes;
