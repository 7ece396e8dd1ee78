/** One row: its cells' bytes, null where there is no value. */
export type CqlRow = readonly (Buffer | null)[];

/** An error that the node answered with; `code` as in the protocol's specification, section 9. */
export class CqlError extends Error {
  override readonly name = 'CqlError';
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

const rowsKind = 2;
const hasMorePagesFlag = 0x02;
const noMetadataFlag = 0x04;

/** [long string] */
export function encodeLongString(text: string): Buffer {
  const bytes = Buffer.from(text);
  const length = Buffer.alloc(4);
  length.writeInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** [string map] */
export function encodeStringMap(map: Readonly<Record<string, string>>): Buffer {
  const entries = Object.entries(map);
  return Buffer.concat([encodeShort(entries.length), ...entries.flat().map(encodeString)]);
}

function encodeString(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([encodeShort(bytes.length), bytes]);
}

function encodeShort(value: number): Buffer {
  return Buffer.from([value >> 8, value & 0xff]);
}

/** The body of ERROR. */
export function decodeError(body: Buffer): CqlError {
  const length = body.readUInt16BE(4);
  return new CqlError(body.readInt32BE(0), body.toString('utf8', 6, 6 + length));
}

/** The body of RESULT, requested without metadata; what is not rows has none. */
export function decodeRows(body: Buffer): CqlRow[] {
  if (body.readInt32BE(0) !== rowsKind) return [];
  const flags = body.readInt32BE(4);
  if ((flags & noMetadataFlag) === 0 || (flags & hasMorePagesFlag) !== 0) throw new Error('Unexpected metadata');
  const columns = body.readInt32BE(8);
  const rows = body.readInt32BE(12);
  let offset = 16;
  const readCell = (): Buffer | null => {
    const length = body.readInt32BE(offset);
    const start = offset + 4;
    offset = start + Math.max(length, 0);
    return length < 0 ? null : body.subarray(start, offset);
  };
  return Array.from({ length: rows }, () => Array.from({ length: columns }, readCell));
}
