import type { Row } from '../codecs/index.ts';
import type { CqlType } from '../protocol/index.ts';
import { flagOf, optionalTextOf, textOf, textsOf } from './row-values.ts';
import type { UserTypes } from './user-types.ts';

/** What functions and aggregates have in common. */
export interface CallableMetadata {
  readonly name: string;
  /** CQL types of the arguments. */
  readonly argumentTypes: readonly CqlType[];
  readonly returnType: CqlType;
  /** Name and argument types as CQL writes them, `name(int, text)`: what tells functions of one name apart. */
  readonly signature: string;
}

/** A user-defined function. */
export interface FunctionMetadata extends CallableMetadata {
  readonly argumentNames: readonly string[];
  readonly language: string;
  readonly body: string;
  /** Whether it is called when an argument is null. */
  readonly isCalledOnNullInput: boolean;
}

/** A user-defined aggregate. */
export interface AggregateMetadata extends CallableMetadata {
  /** The function called for each row. */
  readonly stateFunction: string;
  readonly stateType: CqlType;
  /** The function called at the end, when there is one. */
  readonly finalFunction: string | undefined;
  /** The first state, as a CQL literal, when there is one. */
  readonly initialCondition: string | undefined;
}

/** The key of a function or aggregate among those of its keyspace. */
export function signatureOf(name: string, argumentTypes: readonly string[]): string {
  return `${name}(${argumentTypes.join(', ')})`;
}

/** Reads a row of `system_schema.functions`. */
export function readFunction(row: Row, types: UserTypes): FunctionMetadata {
  return Object.freeze({
    ...readSignature(row, 'function_name', types),
    argumentNames: textsOf(row, 'argument_names'),
    language: textOf(row, 'language'),
    body: textOf(row, 'body'),
    isCalledOnNullInput: flagOf(row, 'called_on_null_input'),
  });
}

/** Reads a row of `system_schema.aggregates`. */
export function readAggregate(row: Row, types: UserTypes): AggregateMetadata {
  return Object.freeze({
    ...readSignature(row, 'aggregate_name', types),
    stateFunction: textOf(row, 'state_func'),
    stateType: types.parse(textOf(row, 'state_type')),
    finalFunction: optionalTextOf(row, 'final_func'),
    initialCondition: optionalTextOf(row, 'initcond'),
  });
}

function readSignature(row: Row, nameColumn: string, types: UserTypes): CallableMetadata {
  const name = textOf(row, nameColumn);
  const argumentTypes = textsOf(row, 'argument_types');
  return {
    name,
    argumentTypes: argumentTypes.map((text) => types.parse(text)),
    returnType: types.parse(textOf(row, 'return_type')),
    signature: signatureOf(name, argumentTypes),
  };
}
