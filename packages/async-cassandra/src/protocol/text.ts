import { isUtf8 } from 'node:buffer';
import { ProtocolError } from '../errors/index.ts';

/** The native conversions that every Buffer has; `toString` and `write` reach them by way of an encoding look-up. */
interface NativeText {
  utf8Slice(start: number, end: number): string;
  utf8Write(text: string, offset: number): number;
}

/** Up to this many bytes a loop in JavaScript beats the call into native code (measured, bench/micro/framing.ts). */
const SHORT_DECODE_BYTES = 12;
const SHORT_ENCODE_CHARS = 24;

/**
 * Decodes UTF-8 text.
 *
 * @throws ProtocolError when the bytes are not UTF-8, rather than returning replacement characters.
 */
export function decodeUtf8(buf: Buffer, start: number, end: number): string {
  if (end - start <= SHORT_DECODE_BYTES) {
    let text = '';
    let pos = start;
    for (; pos + 4 <= end; pos += 4) {
      const a = buf[pos] as number;
      const b = buf[pos + 1] as number;
      const c = buf[pos + 2] as number;
      const d = buf[pos + 3] as number;
      if ((a | b | c | d) > 0x7f) return decodeNative(buf, start, end);
      text += String.fromCharCode(a, b, c, d);
    }
    for (; pos < end; pos++) {
      const a = buf[pos] as number;
      if (a > 0x7f) return decodeNative(buf, start, end);
      text += String.fromCharCode(a);
    }
    return text;
  }
  return decodeNative(buf, start, end);
}

function decodeNative(buf: Buffer, start: number, end: number): string {
  const text = (buf as Buffer & NativeText).utf8Slice(start, end);
  // A replacement character is either in the data or stands for bytes that are not UTF-8.
  if (text.includes('\ufffd') && !isUtf8(buf.subarray(start, end))) {
    throw new ProtocolError(
      'A string holds bytes that are not UTF-8; check what sits between the client and the server',
    );
  }
  return text;
}

/**
 * Writes `text` as UTF-8 at `pos`, where `buf` must have room for 3 bytes a UTF-16 code unit. Lone surrogates become U+FFFD.
 *
 * @returns the number of bytes written.
 */
export function encodeUtf8(text: string, buf: Buffer, pos: number): number {
  const length = text.length;
  if (length > SHORT_ENCODE_CHARS) return (buf as Buffer & NativeText).utf8Write(text, pos);
  for (let i = 0; i < length; i++) {
    const unit = text.charCodeAt(i);
    if (unit > 0x7f) return (buf as Buffer & NativeText).utf8Write(text, pos);
    buf[pos + i] = unit;
  }
  return length;
}
