const DASH = 0x2d;

/** Character codes of the two hexadecimal digits of every byte. A look-up is a third faster than working them out. */
const highDigit = new Uint8Array(256);
const lowDigit = new Uint8Array(256);
for (let byte = 0; byte < 256; byte++) {
  highDigit[byte] = '0123456789abcdef'.charCodeAt(byte >> 4);
  lowDigit[byte] = '0123456789abcdef'.charCodeAt(byte & 15);
}

/** Value of every UTF-16 code unit as a hexadecimal digit of either case, -1 where it is none. */
const digitValue = new Int8Array(0x1_0000).fill(-1);
for (let value = 0; value < 16; value++) {
  digitValue['0123456789abcdef'.charCodeAt(value)] = value;
  digitValue['0123456789ABCDEF'.charCodeAt(value)] = value;
}

/**
 * The lower-case text of the UUID at `p`. One call makes one flat string on the JavaScript heap: twice as fast as
 * a scratch buffer and native decoding, several times faster than joining parts.
 */
export function readUuid(b: Uint8Array, p: number): string {
  const b0 = b[p] as number;
  const b1 = b[p + 1] as number;
  const b2 = b[p + 2] as number;
  const b3 = b[p + 3] as number;
  const b4 = b[p + 4] as number;
  const b5 = b[p + 5] as number;
  const b6 = b[p + 6] as number;
  const b7 = b[p + 7] as number;
  const b8 = b[p + 8] as number;
  const b9 = b[p + 9] as number;
  const b10 = b[p + 10] as number;
  const b11 = b[p + 11] as number;
  const b12 = b[p + 12] as number;
  const b13 = b[p + 13] as number;
  const b14 = b[p + 14] as number;
  const b15 = b[p + 15] as number;
  return String.fromCharCode(
    highDigit[b0] as number,
    lowDigit[b0] as number,
    highDigit[b1] as number,
    lowDigit[b1] as number,
    highDigit[b2] as number,
    lowDigit[b2] as number,
    highDigit[b3] as number,
    lowDigit[b3] as number,
    DASH,
    highDigit[b4] as number,
    lowDigit[b4] as number,
    highDigit[b5] as number,
    lowDigit[b5] as number,
    DASH,
    highDigit[b6] as number,
    lowDigit[b6] as number,
    highDigit[b7] as number,
    lowDigit[b7] as number,
    DASH,
    highDigit[b8] as number,
    lowDigit[b8] as number,
    highDigit[b9] as number,
    lowDigit[b9] as number,
    DASH,
    highDigit[b10] as number,
    lowDigit[b10] as number,
    highDigit[b11] as number,
    lowDigit[b11] as number,
    highDigit[b12] as number,
    lowDigit[b12] as number,
    highDigit[b13] as number,
    lowDigit[b13] as number,
    highDigit[b14] as number,
    lowDigit[b14] as number,
    highDigit[b15] as number,
    lowDigit[b15] as number,
  );
}

/**
 * Writes the 16 bytes of a UUID's text (8-4-4-4-12 digits, either case) at `at`.
 * @returns false when the text is no UUID; what was written then means nothing
 */
export function writeUuid(text: string, target: Uint8Array, at: number): boolean {
  if (text.length !== 36) return false;
  const b0 = byteAt(text, 0);
  const b1 = byteAt(text, 2);
  const b2 = byteAt(text, 4);
  const b3 = byteAt(text, 6);
  const b4 = byteAt(text, 9);
  const b5 = byteAt(text, 11);
  const b6 = byteAt(text, 14);
  const b7 = byteAt(text, 16);
  const b8 = byteAt(text, 19);
  const b9 = byteAt(text, 21);
  const b10 = byteAt(text, 24);
  const b11 = byteAt(text, 26);
  const b12 = byteAt(text, 28);
  const b13 = byteAt(text, 30);
  const b14 = byteAt(text, 32);
  const b15 = byteAt(text, 34);
  if ((b0 | b1 | b2 | b3 | b4 | b5 | b6 | b7 | b8 | b9 | b10 | b11 | b12 | b13 | b14 | b15) < 0) return false;
  if (!isDash(text, 8) || !isDash(text, 13) || !isDash(text, 18) || !isDash(text, 23)) return false;
  target[at] = b0;
  target[at + 1] = b1;
  target[at + 2] = b2;
  target[at + 3] = b3;
  target[at + 4] = b4;
  target[at + 5] = b5;
  target[at + 6] = b6;
  target[at + 7] = b7;
  target[at + 8] = b8;
  target[at + 9] = b9;
  target[at + 10] = b10;
  target[at + 11] = b11;
  target[at + 12] = b12;
  target[at + 13] = b13;
  target[at + 14] = b14;
  target[at + 15] = b15;
  return true;
}

/** The byte that two digits mean; negative when one of them is none. */
function byteAt(text: string, i: number): number {
  return ((digitValue[text.charCodeAt(i)] as number) << 4) | (digitValue[text.charCodeAt(i + 1)] as number);
}

function isDash(text: string, i: number): boolean {
  return text.charCodeAt(i) === DASH;
}
