import { fc } from './fast-check.ts';

const SURROGATES_FROM = 0xd800;
const SURROGATES = 0x800;

const character = fc.integer({ min: 0, max: 0x10ffff - SURROGATES }).map(
  (index) => String.fromCodePoint(index < SURROGATES_FROM ? index : index + SURROGATES),
  (value) => {
    const code = typeof value === 'string' ? (value.codePointAt(0) ?? 0) : 0;
    if (typeof value !== 'string' || String.fromCodePoint(code) !== value) throw new Error('Not one character');
    return code < SURROGATES_FROM ? code : code - SURROGATES;
  },
);

/** Text of any characters: `fc.string({ unit: 'binary' })` without its table of a million characters, half a second each. */
export function anyText(maxLength: number): fc.Arbitrary<string> {
  return fc.string({ unit: character, maxLength });
}
