import type { ByteWriter, ColumnSpec, ValueWriter } from '../../protocol/index.ts';
import type { CodecRegistry } from '../codec-registry.ts';
import type { ValueCodec } from '../value-codec.ts';
import { wrongKind } from '../value-problems.ts';
import { unset } from '../values/unset.ts';
import { generate } from './code-generation.ts';

/** Lengths that stand for no value (native protocol specification v5, section 3, [value]). */
const NULL_LENGTH = -1;
const UNSET_LENGTH = -2;

/** What making a function costs is earned back by some thousands of executions (measured). */
const WRITES_WORTH_GENERATING = 1000;
/** For more values than this a loop does: the function would be larger than what engines optimise. */
const MAX_GENERATED_VALUES = 128;

/** Writes the values bound to one set of markers. */
export interface ParameterEncoder extends ValueWriter {
  readonly columns: readonly ColumnSpec[];
  /**
   * Writes each of the `count` values as [value]. When it throws, some may have been written.
   * @throws InvalidValueError naming the column whose type does not hold its value
   */
  write(w: ByteWriter, values: readonly unknown[]): void;
}

type WriteValues = (w: ByteWriter, values: readonly unknown[]) => void;
type WriteAbsent = (w: ByteWriter, value: unknown, column: string, typeName: string) => void;

class TieredParameterEncoder implements ParameterEncoder {
  readonly columns: readonly ColumnSpec[];
  readonly count: number;
  readonly #codecs: readonly ValueCodec[];
  readonly #absent: WriteAbsent;
  #generated: WriteValues | null = null;
  #writesLeft: number;

  constructor(columns: readonly ColumnSpec[], registry: CodecRegistry, worthGenerating: number) {
    this.columns = columns;
    this.count = columns.length;
    this.#codecs = columns.map((column) => registry.codecFor(column.type));
    this.#absent = registry.undefinedAsUnset ? writeAbsentOrUndefined : writeAbsent;
    const mayGenerate = columns.length <= MAX_GENERATED_VALUES && registry.codeGeneration;
    this.#writesLeft = mayGenerate ? worthGenerating : Number.POSITIVE_INFINITY;
  }

  write(w: ByteWriter, values: readonly unknown[]): void {
    if (this.#generated !== null) {
      this.#generated(w, values);
      return;
    }
    this.#writesLeft--;
    if (this.#writesLeft < 0) {
      this.#generated = this.#generate();
      this.#generated(w, values);
    } else {
      this.#interpret(w, values);
    }
  }

  #interpret(w: ByteWriter, values: readonly unknown[]): void {
    for (let i = 0; i < this.count; i++) {
      const value = values[i];
      const codec = this.#codecs[i] as ValueCodec;
      const { name } = this.columns[i] as ColumnSpec;
      if (value === null || value === undefined || value === unset) this.#absent(w, value, name, codec.typeName);
      else codec.writeCell(w, value, name);
    }
  }

  /** One call site for each value, which engines resolve once, instead of one for all. */
  #generate(): WriteValues {
    const scope: Record<string, unknown> = { unset, absent: this.#absent };
    const statements = this.#codecs.map((codec, i) => {
      scope[`k${i}`] = codec;
      scope[`c${i}`] = (this.columns[i] as ColumnSpec).name;
      return `x = values[${i}];
if (x === null || x === undefined || x === unset) absent(w, x, c${i}, k${i}.typeName);
else k${i}.writeCell(w, x, c${i});`;
    });
    return generate(scope, `return function writeValues(w, values) {\nlet x;\n${statements.join('\n')}\n};`);
  }
}

function writeAbsent(w: ByteWriter, value: unknown, column: string, typeName: string): void {
  if (value === undefined) throw wrongKind(column, typeName, value);
  w.writeInt(value === null ? NULL_LENGTH : UNSET_LENGTH);
}

function writeAbsentOrUndefined(w: ByteWriter, value: unknown): void {
  w.writeInt(value === null ? NULL_LENGTH : UNSET_LENGTH);
}

/**
 * Makes the encoder of the values bound to these markers. The caller keeps it: each one compiles for itself.
 * @param worthGenerating after this many executions a function is generated for them, where that is allowed
 */
export function compileParameterEncoder(
  columns: readonly ColumnSpec[],
  registry: CodecRegistry,
  worthGenerating: number = WRITES_WORTH_GENERATING,
): ParameterEncoder {
  return new TieredParameterEncoder(columns, registry, worthGenerating);
}
