import { type CodecRegistry, compileHints } from '../codecs/index.ts';
import { ConfigurationError, InvalidValueError } from '../errors/index.ts';
import type { Params } from './bind.ts';
import type { TextFacts } from './text-facts.ts';
import { TextStatement } from './text-statement.ts';

/**
 * A statement sent as text. Its values, if any, are encoded by the hints, since nobody has told their types.
 * @throws ConfigurationError without a hint for each value
 */
export function textStatement(
  facts: TextFacts,
  params: Params,
  hints: readonly string[] | undefined,
  registry: CodecRegistry,
): { statement: TextStatement; values: readonly unknown[] } {
  const names = Array.isArray(params) ? undefined : Object.keys(params);
  const values: readonly unknown[] = Array.isArray(params) ? (params.slice() as unknown[]) : Object.values(params);
  if (values.length === 0) return { statement: new TextStatement(facts, null, undefined), values };
  if (hints === undefined)
    throw new ConfigurationError(
      'hints',
      'Values of a statement that is not prepared need their CQL types as the request option "hints"',
    );
  if (hints.length !== values.length)
    throw new InvalidValueError(
      `${values.length} values and ${hints.length} hints were given; give one hint for each value`,
    );
  return { statement: new TextStatement(facts, compileHints(hints, registry), names), values };
}
