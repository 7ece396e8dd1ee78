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
  const name = new TableName();
  // The last five tokens tell a counter update: `name = name + 1`, where only a counter can take a number.
  const recent: (CqlToken | null)[] = [null, null, null, null, first];
  let second: CqlToken | null = null;
  name.see(first);
  for (let token = lexer.next(); token !== null; token = lexer.next()) {
    if (token.type === 'word' && token.text === 'if' && kind === 'write') isConditional = true;
    if (isBatch && second === null && token.text === 'counter') isCounter = true;
    second ??= token;
    name.see(token);
    recent.shift();
    recent.push(token);
    if (kind === 'write' && isCounterStep(recent)) isCounter = true;
  }
  // Roles, users and permissions are not schema: no agreement is awaited for them.
  if (kind === 'schema' && !(second !== null && SCHEMA_OBJECTS.has(second.text))) kind = 'other';
  return {
    kind,
    operation: first.text.toUpperCase(),
    isConditional,
    isCounter,
    isBatch,
    keyspace: name.keyspace,
    table: name.table,
  };
}

/** Whether the driver may give it a write timestamp: reads have none, those of conditional statements and counters are the server's. */
export function takesTimestamp({ kind, isConditional, isCounter }: StatementInfo): boolean {
  return (kind === 'write' || kind === 'other') && !isConditional && !isCounter;
}

/** The first table that a statement names, found token by token. */
class TableName {
  keyspace: string | undefined;
  table: string | undefined;
  #awaits: 'verb' | 'name' | 'dot' | 'second name' | 'nothing' = 'verb';

  see(token: CqlToken): void {
    switch (this.#awaits) {
      case 'verb':
        if (token.type === 'word' && TABLE_FOLLOWS.has(token.text)) this.#awaits = 'name';
        return;
      case 'name':
        if (token.type === 'word' && token.text === 'table') return;
        this.#awaits = isIdentifier(token) ? 'dot' : 'verb';
        if (isIdentifier(token)) this.table = token.text;
        return;
      case 'dot':
        this.#awaits = token.text === '.' && token.type === 'symbol' ? 'second name' : 'nothing';
        return;
      case 'second name':
        this.#awaits = 'nothing';
        if (!isIdentifier(token)) return;
        this.keyspace = this.table;
        this.table = token.text;
        return;
      case 'nothing':
    }
  }
}

/** `name = name + 1`, or `name += 1`. */
function isCounterStep(tokens: readonly (CqlToken | null)[]): boolean {
  const [target = null, equals, source = null, sign, amount] = tokens;
  if (amount?.type !== 'number') return false;
  if (sign?.text === '=' && isSign(source) && isIdentifier(equals ?? null)) return true;
  return (
    isIdentifier(target) &&
    equals?.text === '=' &&
    isIdentifier(source) &&
    source.text === target.text &&
    isSign(sign ?? null)
  );
}

function isSign(token: CqlToken | null): boolean {
  return token?.type === 'symbol' && (token.text === '+' || token.text === '-');
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
