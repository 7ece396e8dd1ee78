/**
 * Whether the statement behind an error may have been applied by the cluster:
 * `notSent` - it never left this process; `rejected` - the server said that it did not apply it, or it was a read;
 * `unknown` - it may or may not have been applied. Only `unknown` needs care before a non-idempotent statement is repeated.
 */
export type Outcome = 'notSent' | 'rejected' | 'unknown';

/** What every error of this package can be given besides its message. */
export interface ErrorDetails {
  /** The error, or other reason, that led to this one. */
  readonly cause?: unknown;
  /** Overrides the class's default outcome. */
  readonly outcome?: Outcome | undefined;
  /** The node concerned: its `NodeInfo.endPoint`, or the address of a contact point. */
  readonly node?: string | undefined;
}

/** Instances carry the names of their classes under this key, so that `instanceof` holds across two copies of the package. */
const brand = Symbol.for('async-cassandra.error');

function brandNames(errorClass: unknown): string[] {
  const names: string[] = [];
  let current = errorClass;
  while (typeof current === 'function' && current !== Error) {
    const name = Object.getOwnPropertyDescriptor(current, 'errorName')?.value as unknown;
    if (typeof name === 'string') names.push(name);
    current = Object.getPrototypeOf(current) as unknown;
  }
  return names;
}

/** Root of all errors that this package throws or rejects with. */
export class AsyncCassandraError extends Error {
  /** Name under which `instanceof` recognises instances made by another copy of the package. */
  static readonly errorName: string = 'AsyncCassandraError';

  /** Stable identifier, `CASS_ERR_...`; listed in docs/errors.md. */
  readonly code: string;
  /** Whether the statement may have been applied. */
  readonly outcome: Outcome;
  /** The node concerned, when there is one: its `NodeInfo.endPoint`, or the address of a contact point. */
  readonly node: string | undefined;

  constructor(message: string, code: string, details: ErrorDetails = {}, defaultOutcome: Outcome = 'notSent') {
    super(message, 'cause' in details ? { cause: details.cause } : undefined);
    this.code = code;
    this.outcome = details.outcome ?? defaultOutcome;
    this.node = details.node;
    const errorClass = new.target;
    const names = brandNames(errorClass);
    Object.defineProperty(this, 'name', { value: names[0], writable: true, configurable: true });
    Object.defineProperty(this, brand, { value: names });
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    if (typeof value !== 'object' || value === null) return false;
    if (Function.prototype[Symbol.hasInstance].call(this, value)) return true;
    if (!Object.hasOwn(this, 'errorName')) return false;
    const names = (value as { readonly [brand]?: unknown })[brand];
    return Array.isArray(names) && names.includes(this.errorName);
  }
}

/**
 * Corrects the outcome of an error once it is known which statement it ended: what one error says of a read,
 * it need not say of a conditional write.
 */
export function assignOutcome(error: AsyncCassandraError, outcome: Outcome): void {
  (error as { outcome: Outcome }).outcome = outcome;
}
