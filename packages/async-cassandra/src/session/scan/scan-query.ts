import { createHash } from 'node:crypto';
import { ConfigurationError } from '../../errors/index.ts';
import type { Params } from '../bind.ts';
import { CqlLexer } from '../statement-lexer.ts';
import type { ScanWhere } from './scan-options.ts';
import type { ScanTarget } from './scan-target.ts';

/** A name as CQL writes it, whatever its letters are. */
function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** The statement that reads one range; its first two markers are the range's start and end. */
export function scanQuery({ keyspace, table, columns, key }: ScanTarget, where: ScanWhere | null): string {
  const token = `token(${key.partitionKey.map(quote).join(', ')})`;
  // Markers by name and by position do not mix.
  const isNamed = where?.params !== undefined && !Array.isArray(where.params);
  const [start, end] = isNamed ? [':scan_start', ':scan_end'] : ['?', '?'];
  const condition = where === null ? '' : ` AND ${where.cql}`;
  const range = `${token} > ${start} AND ${token} <= ${end}`;
  return `SELECT ${columns.map(quote).join(', ')} FROM ${quote(keyspace)}.${quote(table)} WHERE ${range}${condition}`;
}

/** What would mean another thing for each range than for the whole table, by the word before it (null: any). */
const REFUSED: readonly (readonly [before: string, after: string])[] = [
  ['order', 'by'],
  ['group', 'by'],
];

/** @throws ConfigurationError when a condition holds more than a condition */
export function checkCondition(cql: string): void {
  const lexer = new CqlLexer(cql);
  let before = '';
  for (let token = lexer.next(); token !== null; token = lexer.next()) {
    const word = token.type === 'word' ? token.text : '';
    if (before === '' && word === 'where') refuse('must leave out the word WHERE');
    if (token.type === 'symbol' && token.text === ';') refuse('must not end with a semicolon');
    if (word === 'limit' && before !== 'partition')
      refuse('must have no LIMIT: it would apply to each range by itself');
    if (REFUSED.some(([first, second]) => before === first && word === second))
      refuse('must have no ORDER BY and no GROUP BY: they would apply to each range by itself');
    before = word === '' ? ' ' : word;
  }
}

function refuse(why: string): never {
  throw new ConfigurationError('where.cql', `Scan option "where.cql" ${why}`);
}

/** A hash of parameters, so that a checkpoint tells whether they are the same and does not tell what they are. */
export function hashOf(params: Params | undefined): string {
  return createHash('sha256')
    .update(canonical(params ?? []))
    .digest('base64url');
}

/** A text that is the same, in any process, for values that are written alike. */
function canonical(value: unknown): string {
  if (typeof value === 'bigint' || Number.isSafeInteger(value)) return `i${String(value)}`;
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value !== 'object' || value === null) return `${typeof value} ${String(value)}`;
  if (value instanceof Uint8Array) return `b${Buffer.from(value).toString('hex')}`;
  if (value instanceof Date) return `d${value.getTime()}`;
  if (value instanceof Map) return `{${[...(value as Map<unknown, unknown>)].map(canonical).join()}}`;
  if (Symbol.iterator in value) return `[${[...(value as Iterable<unknown>)].map(canonical).join()}]`;
  // Decimal, Duration and their like say by their text all that they are.
  const { toString } = value as { toString?: unknown };
  if (typeof toString === 'function' && toString !== Object.prototype.toString)
    return `o${(toString as () => string).call(value)}`;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([name, field]) => `${JSON.stringify(name)}:${canonical(field)}`).join()}}`;
}
