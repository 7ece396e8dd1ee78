import { ConfigurationError } from '../errors/index.ts';
import type { Row } from '../codecs/index.ts';

/** A statement and its values, from a `cql` tagged template. The values are always bound, never spliced into the text. */
export class BoundQuery<R extends Row = Row> {
  /** The text, with a `?` for each value. */
  readonly cql: string;
  readonly values: readonly unknown[];
  /** Phantom: the type of the rows. */
  declare readonly rowType?: R;

  /** @internal */
  constructor(text: string, values: readonly unknown[]) {
    this.cql = text;
    this.values = values;
  }
}

/**
 * Makes a statement of a template: ``cql`SELECT * FROM users WHERE id = ${id}` ``. Each value becomes a bound marker,
 * so that none can change what the statement means; names of tables and columns cannot be given this way.
 * @throws ConfigurationError when it is called as a function
 */
export function cql<R extends Row = Row>(strings: TemplateStringsArray, ...values: readonly unknown[]): BoundQuery<R> {
  if (!Array.isArray(strings) || !Object.hasOwn(strings, 'raw')) {
    throw new ConfigurationError(
      'cql',
      'cql is a template tag: write cql`...` without parentheses, or give the text to execute() itself',
    );
  }
  return new BoundQuery<R>(strings.join('?'), values);
}
