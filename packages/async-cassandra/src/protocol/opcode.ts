/** Message opcodes (native protocol specification v5, section 2.4.1.4; v4, section 2.4). There is no 0x04. */
export const Opcode = {
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

/** One of the message opcodes. */
export type Opcode = (typeof Opcode)[keyof typeof Opcode];

const names = new Map<number, string>(Object.entries(Opcode).map(([name, code]) => [code, name]));

/** Name of an opcode for messages and logs; an unknown one in hexadecimal. */
export function opcodeName(opcode: number): string {
  return names.get(opcode) ?? `0x${opcode.toString(16).padStart(2, '0')}`;
}
