import { type ByteWriter, decodeUtf8, nativeTypes } from '../../protocol/index.ts';
import { type InlineRead, ValueCodec } from '../value-codec.ts';
import { corrupt, refused, wrongKind } from '../value-problems.ts';

/** Name under which compiled decoders find the function that reads text. */
export const TEXT_HELPER = 'text';

/**
 * text and ascii, both read as UTF-8 and refused when they are not. A lone surrogate, which UTF-8 cannot hold, is written as
 * U+FFFD, as Node does everywhere; characters beyond ASCII are refused for an ascii column.
 */
export class TextCodec extends ValueCodec {
  readonly #isAscii: boolean;

  constructor(kind: 'text' | 'ascii') {
    super(nativeTypes[kind]);
    this.#isAscii = kind === 'ascii';
  }

  override get hasEmptyValue(): boolean {
    return true;
  }

  override get inline(): InlineRead {
    const read = `${TEXT_HELPER}(b, p, p + n)`;
    const helpers = { [TEXT_HELPER]: decodeUtf8 };
    if (!this.#isAscii) return { expression: read, helpers };
    return { expression: `asciiOnly(${read}, n, column)`, helpers: { ...helpers, asciiOnly } };
  }

  encode(w: ByteWriter, value: unknown, column: string): void {
    if (typeof value !== 'string') throw wrongKind(column, this.typeName, value);
    const written = w.writeUtf8(value);
    if (this.#isAscii && written !== value.length)
      throw refused(column, this.typeName, 'a string with characters beyond ASCII');
  }

  override writeCell(w: ByteWriter, value: unknown, column: string): void {
    const start = w.pos;
    w.reserve(4);
    w.pos = start + 4;
    this.encode(w, value, column);
    w.view.setInt32(start, w.pos - start - 4);
  }

  decode(b: Buffer, _v: DataView, p: number, n: number, column: string): string {
    const text = decodeUtf8(b, p, p + n);
    return this.#isAscii ? asciiOnly(text, n, column) : text;
  }
}

/** Every character beyond ASCII takes more bytes than UTF-16 code units. */
function asciiOnly(text: string, bytes: number, column: string): string {
  if (text.length !== bytes) throw corrupt(column, 'ascii', 'characters beyond ASCII');
  return text;
}
