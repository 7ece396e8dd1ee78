import type { OpcodeName } from '../wire/index.ts';
import type { ReceivedRequest } from './received-request.ts';
import type { Reply } from './replies.ts';
import type { StatementDescription } from './roles.ts';

export interface MatchOptions {
  /** Default: QUERY, EXECUTE and BATCH. */
  readonly opcode?: OpcodeName | readonly OpcodeName[];
  /** The whole text (spaces folded) or a pattern; a batch matches when one of its statements does. */
  readonly cql?: string | RegExp;
  /** Only the n-th (from 1) of the requests that match otherwise, or those a function picks. */
  readonly nth?: number | ((n: number) => boolean);
  /** Only on the n-th connection (from 1) of the node. */
  readonly connection?: number;
  readonly where?: (request: ReceivedRequest) => boolean;
}

export type Matcher = string | RegExp | ((request: ReceivedRequest) => boolean) | MatchOptions;

export interface RuleOptions extends StatementDescription {
  /** How often the rule answers before it steps aside. Default: always. */
  readonly times?: number;
}

const statementOpcodes: readonly OpcodeName[] = ['QUERY', 'EXECUTE', 'BATCH'];

/** One line of a script: requests that match get the reply. */
export class Rule {
  readonly reply: Reply;
  readonly options: RuleOptions;
  /** The requests it answered are counted. */
  answered = 0;
  private matched = 0;
  private readonly match: MatchOptions;
  private readonly opcodes: ReadonlySet<string>;
  private readonly text: string | undefined;
  private readonly drop: (rule: Rule) => void;

  constructor(matcher: Matcher, reply: Reply, options: RuleOptions, drop: (rule: Rule) => void) {
    this.match = toMatchOptions(matcher);
    this.reply = reply;
    this.options = options;
    this.drop = drop;
    const { opcode = statementOpcodes, cql } = this.match;
    this.opcodes = new Set(typeof opcode === 'string' ? [opcode] : opcode);
    this.text = typeof cql === 'string' ? fold(cql) : undefined;
  }

  /** Removes the rule. */
  remove(): void {
    this.drop(this);
  }

  /** Whether the rule could ever answer a statement with this text. */
  matchesText(cql: string): boolean {
    const pattern = this.match.cql;
    if (pattern === undefined) return true;
    return this.text === undefined ? (pattern as RegExp).test(cql) : this.text === fold(cql);
  }

  get isAboutText(): boolean {
    return this.match.cql !== undefined;
  }

  /** True when a rule about the text of statements says how to prepare this one. */
  describes(cql: string): boolean {
    return this.isAboutText && this.matchesText(cql);
  }

  /** Whether the rule, whose text fits, answers the request; counts it. */
  accepts(request: ReceivedRequest): boolean {
    const { connection, where, nth } = this.match;
    if (!this.opcodes.has(request.opcodeName)) return false;
    if (connection !== undefined && connection !== request.connection.number) return false;
    if (where !== undefined && !where(request)) return false;
    if (this.answered >= (this.options.times ?? Number.POSITIVE_INFINITY)) return false;
    this.matched++;
    if (nth !== undefined && !(typeof nth === 'number' ? nth === this.matched : nth(this.matched))) return false;
    this.answered++;
    return true;
  }
}

function toMatchOptions(matcher: Matcher): MatchOptions {
  if (typeof matcher === 'string' || matcher instanceof RegExp) return { cql: matcher };
  return typeof matcher === 'function' ? { where: matcher } : matcher;
}

function fold(cql: string): string {
  return cql.trim().replace(/\s+/g, ' ').replace(/;$/, '');
}

/** Rules, the newest asked first. Which rules may fit a text is remembered: scripts answer millions of requests. */
export class RuleTable {
  private rules: Rule[] = [];
  private readonly candidates = new Map<string, readonly Rule[]>();

  add(matcher: Matcher, reply: Reply, options: RuleOptions = {}): Rule {
    const rule = new Rule(matcher, reply, options, (dropped) => {
      this.rules = this.rules.filter((other) => other !== dropped);
      this.candidates.clear();
    });
    this.rules.unshift(rule);
    this.candidates.clear();
    return rule;
  }

  clear(): void {
    this.rules = [];
    this.candidates.clear();
  }

  /** `texts` are the statement's, or those of a batch's members; empty for requests without one. */
  find(request: ReceivedRequest, texts: readonly string[]): Rule | undefined {
    if (this.rules.length === 0) return undefined;
    const [first] = texts;
    if (texts.length === 1 && first !== undefined)
      return this.candidatesFor(first).find((rule) => rule.accepts(request));
    return this.rules.find(
      (rule) => (!rule.isAboutText || texts.some((text) => rule.matchesText(text))) && rule.accepts(request),
    );
  }

  /** The rule that says what PREPARE answers for this text. */
  describing(cql: string): Rule | undefined {
    return this.rules.find((rule) => rule.describes(cql));
  }

  private candidatesFor(cql: string): readonly Rule[] {
    let rules = this.candidates.get(cql);
    if (rules === undefined) {
      rules = this.rules.filter((rule) => rule.matchesText(cql));
      if (this.candidates.size >= 10_000) this.candidates.clear();
      this.candidates.set(cql, rules);
    }
    return rules;
  }
}
