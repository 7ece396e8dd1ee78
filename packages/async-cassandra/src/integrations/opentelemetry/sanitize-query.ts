/**
 * The pieces of a text that matter here, in the order in which they are tried: strings, quoted names, comments, literals
 * that start like a word or contain signs (uuids, blobs, numbers, durations), words. An unfinished piece runs to the end.
 */
const PIECE = new RegExp(
  [
    "(?<text>'(?:[^']|'')*(?:'|$)|\\$\\$[\\s\\S]*?(?:\\$\\$|$))",
    '(?<name>"(?:[^"]|"")*(?:"|$))',
    '(?<comment>(?:--|//)[^\\n\\r]*|/\\*[\\s\\S]*?(?:\\*/|$))',
    '(?<literal>[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|[0-9][0-9A-Za-z_]*(?:\\.[0-9A-Za-z_]*)?(?:(?<=[eE])[+-][0-9]+)?)',
    '(?<word>[A-Za-z_][A-Za-z0-9_]*)',
  ].join('|'),
  'g',
);

const LITERAL_WORDS = /^(?:true|false|nan|infinity)$/i;
/** ISO 8601 durations: `P1Y2M`, `PT12H`, `P0001-02-03T04:05:06` begins with a word too. */
const ISO_DURATION = /^P(?:T?\d|\d)/i;
const LISTS = /\?(?:\s*,\s*\?)+/g;

/** A statement's text with every literal replaced by `?`, without comments; lists of values become one. */
export function sanitizeQuery(cql: string): string {
  return cql
    .replaceAll(PIECE, (piece: string, ...rest: unknown[]) => {
      const { text, comment, literal, word } = rest.at(-1) as Readonly<Record<string, string | undefined>>;
      if (text !== undefined || literal !== undefined) return '?';
      if (comment !== undefined) return ' ';
      if (word !== undefined && (LITERAL_WORDS.test(word) || ISO_DURATION.test(word))) return '?';
      return piece;
    })
    .replaceAll(LISTS, '?')
    .replaceAll(/\s+/g, ' ')
    .trim();
}
