import { decodeUtf8 } from '../../protocol/index.ts';
import { generate } from './code-generation.ts';

/** Reads the ASCII text of one certain length at `p`; empty when there are other characters. */
type FixedTextReader = (b: Uint8Array, p: number) => string;

/** Above this many bytes a call into native code is cheaper than spelling out the characters. */
const MAX_SHORT_TEXT = 28;

/**
 * A reader of UTF-8 text that makes short ASCII text by one call of String.fromCharCode with all characters: one flat
 * string on the JavaScript heap, at half the price of native decoding (measured).
 */
export function createTextReader(): (b: Buffer, start: number, end: number) => string {
  const readers = new Array<FixedTextReader | undefined>(MAX_SHORT_TEXT + 1).fill(undefined);
  return (b, start, end) => {
    const length = end - start;
    if (length > MAX_SHORT_TEXT || length === 0) return decodeUtf8(b, start, end);
    const text = (readers[length] ??= fixedTextReader(length))(b, start);
    return text === '' ? decodeUtf8(b, start, end) : text;
  };
}

function fixedTextReader(length: number): FixedTextReader {
  const names = Array.from({ length }, (_, i) => `c${i}`);
  const loads = names.map((name, i) => `${name} = b[p + ${i}]`);
  const body = `return function (b, p) { const ${loads.join(', ')}; return (${names.join(' | ')}) < 0x80 ? text(${names.join(', ')}) : ''; }`;
  return generate({ text: String.fromCharCode }, body);
}
