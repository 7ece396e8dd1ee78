import type { OpcodeName } from '../wire/index.ts';
import type { ReceivedRequest } from './received-request.ts';

/** The requests a server received, oldest first; past the limit the older half is dropped. */
export class RequestLog {
  readonly limit: number;
  /** All that ever came, dropped ones too. */
  total = 0;
  private entries: ReceivedRequest[] = [];
  private readonly counts = new Map<string, number>();

  constructor(limit: number) {
    this.limit = limit;
  }

  get all(): readonly ReceivedRequest[] {
    return this.entries;
  }

  get last(): ReceivedRequest | undefined {
    return this.entries.at(-1);
  }

  /** How many requests with this opcode ever came. */
  count(opcode: OpcodeName): number {
    return this.counts.get(opcode) ?? 0;
  }

  ofOpcode(...opcodes: OpcodeName[]): ReceivedRequest[] {
    return this.entries.filter((request) => opcodes.includes(request.opcodeName as OpcodeName));
  }

  /** Those whose statement has this text or matches the pattern. */
  of(cql: string | RegExp): ReceivedRequest[] {
    return this.entries.filter(
      ({ cql: text }) => text !== undefined && (typeof cql === 'string' ? text === cql : cql.test(text)),
    );
  }

  /** QUERY, EXECUTE and BATCH, those on system tables left out: what the test itself caused. */
  get statements(): ReceivedRequest[] {
    return this.ofOpcode('QUERY', 'EXECUTE', 'BATCH').filter(
      ({ cql }) => cql === undefined || !/\bsystem(_\w+)?\./i.test(cql),
    );
  }

  clear(): void {
    this.entries = [];
    this.counts.clear();
    this.total = 0;
  }

  add(request: ReceivedRequest): void {
    this.total++;
    this.counts.set(request.opcodeName, this.count(request.opcodeName as OpcodeName) + 1);
    if (this.limit === 0) return;
    this.entries.push(request);
    if (this.entries.length > this.limit * 2) this.entries = this.entries.slice(-this.limit);
  }
}
