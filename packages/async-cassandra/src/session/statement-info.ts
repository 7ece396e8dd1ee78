import type { StatementKind } from '../policies/index.ts';
import { CqlLexer, type CqlToken } from './statement-lexer.ts';

/** What the driver needs to know of a statement, found once for each text (rule 16 of the design). */
export interface StatementInfo {
  /** `other` is treated as a write that is not idempotent. */
  readonly kind: StatementKind;
  /** The first keyword, in upper case, or `UNKNOWN`. */
  readonly operation: string;
  /** A lightweight transaction: the statement, or a member of the batch, has an IF clause. */
  readonly isConditional: boolean;
  /** It surely increments a counter. */
  readonly isCounter: boolean;
  /** The text is a `BEGIN ... BATCH`. */
  readonly isBatch: boolean;
  readonly keyspace: string | undefined;
  readonly table: string | undefined;
}

const SCHEMA_OBJECTS: ReadonlySet<string> = new Set([
  'keyspace',
  'schema',
  'table',
  'columnfamily',
  'type',
  'index',
  'custom',
  'materialized',
  'function',
  'aggregate',
  'trigger',
  'or',
  'if',
]);

const KINDS: Readonly<Record<string, StatementKind>> = {
  select: 'read',
  list: 'read',
  describe: 'read',
  desc: 'read',
  insert: 'write',
  update: 'write',
  delete: 'write',
  truncate: 'write',
  begin: 'write',
  create: 'schema',
  alter: 'schema',
  drop: 'schema',
  use: 'use',
};

const TABLE_FOLLOWS: ReadonlySet<string> = new Set(['from', 'into', 'update', 'truncate']);

function isIdentifier(token: CqlToken | null): token is CqlToken {
  return token !== null && (token.type === 'word' || token.type === 'name');
}

/** Classifies a statement by its text. Never throws: what it does not understand is `other`. */
export function classifyStatement(text: string): StatementInfo {
  const lexer = new CqlLexer(text);
  const first = lexer.next();
  if (first === null || first.type !== 'word') return unknownStatement('UNKNOWN');
  let kind = Object.hasOwn(KINDS, first.text) ? (KINDS[first.text] as StatementKind) : 'other';
  const isBatch = first.text === 'begin';
  let isConditional = false;
  let isCounter = false;
  let keyspace: string | undefined;
  let table: string | undefined;
  // The last five tokens tell a counter update: `name = name + 1`, where only a counter can take a number.
  const recent: (CqlToken | null)[] = [null, null, null, null, first];
  let second: CqlToken | null = null;
  for (let token = lexer.next(); token !== null; token = lexer.next()) {
    const previous = recent[4] ?? null;
    second ??= token;
    if (token.type === 'word' && token.text === 'if' && kind === 'write') isConditional = true;
    if (isBatch && previous === first && token.text === 'counter') isCounter = true;
    if (
      table === undefined &&
      previous?.type === 'word' &&
      TABLE_FOLLOWS.has(previous.text) &&
      isIdentifier(token) &&
      token.text !== 'table'
    )
      table = token.text;
    else if (table === undefined && previous?.text === 'table' && recent[3]?.text === 'truncate' && isIdentifier(token))
      table = token.text;
    else if (
      table !== undefined &&
      keyspace === undefined &&
      previous?.text === '.' &&
      recent[3]?.text === table &&
      isIdentifier(token)
    ) {
      keyspace = table;
      table = token.text;
    }
    recent.shift();
    recent.push(token);
    if (kind === 'write' && isCounterStep(recent)) isCounter = true;
  }
  // Roles, users and permissions are not schema: no agreement is awaited for them.
  if (kind === 'schema' && !(second !== null && SCHEMA_OBJECTS.has(second.text))) kind = 'other';
  return { kind, operation: first.text.toUpperCase(), isConditional, isCounter, isBatch, keyspace, table };
}

function isCounterStep(tokens: readonly (CqlToken | null)[]): boolean {
  const [target, equals, source, sign, amount] = tokens;
  return (
    isIdentifier(target ?? null) &&
    equals?.text === '=' &&
    isIdentifier(source ?? null) &&
    source?.text === target?.text &&
    (sign?.text === '+' || sign?.text === '-') &&
    amount?.type === 'number'
  );
}

function unknownStatement(operation: string): StatementInfo {
  return {
    kind: 'other',
    operation,
    isConditional: false,
    isCounter: false,
    isBatch: false,
    keyspace: undefined,
    table: undefined,
  };
}
