import { LENGTH_BYTES, readCell } from '../composites/cell.ts';
import type { InlineRead, ValueCodec } from '../value-codec.ts';
import { truncatedCell } from '../value-problems.ts';

/** More types made of others than this are left to their codecs: a function for each of them would only be slow to make. */
const MAX_FUNCTIONS = 64;

/**
 * Makes the body of a function that decodes the `n` bytes at `p`, up to `end`, as the type of a codec; null for types that are
 * not made of others.
 */
export type CompositeSource = (source: DecoderSource, codec: ValueCodec) => string | null;

/**
 * Collects the source of a decoder and what it refers to. Names that the server sent get into the source in one place only,
 * `objectLiteral`, as string literals made by JSON.stringify.
 */
export class DecoderSource {
  /** What the source refers to, by name. */
  readonly scope: Record<string, unknown>;
  readonly #references = new Map<ValueCodec, string>();
  readonly #functions: string[] = [];
  readonly #compositeSource: CompositeSource;
  #functionCount = 0;

  constructor(scope: Readonly<Record<string, unknown>>, compositeSource: CompositeSource) {
    this.#compositeSource = compositeSource;
    this.scope = { readCell, truncatedCell, ...scope };
  }

  /** The sources of all functions that were added. */
  get functions(): string {
    return this.#functions.join('\n');
  }

  /**
   * Statements that read the cell at `p` into `target` and move `p` past it; they use `b`, `v`, `end` and the variable `n`.
   * @param column an expression for the column's name, for messages
   */
  cell(codec: ValueCodec, target: string, column: string): string {
    const head = `if (p + ${LENGTH_BYTES} > end) throw truncatedCell(${column}); n = v.getInt32(p); p += ${LENGTH_BYTES};`;
    return `${head}\n${this.#body(codec, target, column)}`;
  }

  /** What `sharedCell` needs to be declared before the loop over rows; empty when a codec's values cannot be shared. */
  sharedState(codec: ValueCodec, id: string): string {
    const zero = codec.inline?.zero;
    return zero === undefined
      ? ''
      : `let ${id} = ${JSON.stringify(zero)}, ${id}a = 0, ${id}b = 0, ${id}c = 0, ${id}d = 0;`;
  }

  /** As `cell`, but the value of the row before is taken again when its bytes come again. */
  sharedCell(codec: ValueCodec, target: string, column: string, id: string): string {
    if (codec.inline?.zero === undefined) return this.cell(codec, target, column);
    const miss = this.cell(codec, target, column);
    return `if (p + ${LENGTH_BYTES + codec.fixedSize} <= end && v.getInt32(p) === ${codec.fixedSize}) {
p += ${LENGTH_BYTES};
const wa = v.getInt32(p), wb = v.getInt32(p + 4), wc = v.getInt32(p + 8), wd = v.getInt32(p + 12);
if (wa !== ${id}a || wb !== ${id}b || wc !== ${id}c || wd !== ${id}d) { ${id}a = wa; ${id}b = wb; ${id}c = wc; ${id}d = wd; ${id} = ${this.#expression(codec.inline, column)}; }
${target} = ${id};
p += ${codec.fixedSize};
} else {
${miss}
}`;
  }

  /** A name for a codec in the scope. */
  reference(codec: ValueCodec): string {
    const known = this.#references.get(codec);
    if (known !== undefined) return known;
    const name = `k${this.#references.size}`;
    this.#references.set(codec, name);
    this.scope[name] = codec;
    return name;
  }

  /** Adds something of this package's own to the scope. */
  use(name: string, value: unknown): string {
    this.scope[name] ??= value;
    return name;
  }

  #body(codec: ValueCodec, target: string, column: string): string {
    const { inline } = codec;
    if (inline !== undefined) {
      const expression = this.#expression(inline, column);
      return codec.fixedSize > 0
        ? this.#fixed(codec, target, expression, column)
        : this.#sized(codec, target, expression, column);
    }
    const name = this.#functionFor(codec);
    if (name !== null) return this.#sized(codec, target, `${name}(b, v, p, n, ${column})`, column);
    return `${this.#call(codec, target, column)} if (n > 0) p += n;`;
  }

  #expression(inline: InlineRead, column: string): string {
    for (const [name, helper] of Object.entries(inline.helpers)) this.use(name, helper);
    return inline.expression.replaceAll('column', column);
  }

  /** A value of the size that all of its type have, or null; any other size is for the codec to complain about. */
  #fixed(codec: ValueCodec, target: string, expression: string, column: string): string {
    const { fixedSize } = codec;
    return `if (n === ${fixedSize} && p + ${fixedSize} <= end) { ${target} = ${expression}; p += ${fixedSize}; }
else if (n <= 0) ${target} = null;
else { ${this.#call(codec, target, column)} p += n; }`;
  }

  #sized(codec: ValueCodec, target: string, expression: string, column: string): string {
    const otherwise = codec.hasEmptyValue ? this.#call(codec, target, column) : `${target} = null;`;
    return `if (n > 0) { if (n > end - p) throw truncatedCell(${column}); ${target} = ${expression}; p += n; } else { ${otherwise} }`;
  }

  #call(codec: ValueCodec, target: string, column: string): string {
    return `${target} = readCell(${this.reference(codec)}, b, v, p, n, end, ${column});`;
  }

  /** The name of a function that decodes a type made of others, or null when the type is left to its codec. */
  #functionFor(codec: ValueCodec): string | null {
    if (this.#functionCount >= MAX_FUNCTIONS) return null;
    const name = `d${this.#functionCount++}`;
    const body = this.#compositeSource(this, codec);
    if (body === null) return null;
    this.#functions.push(`function ${name}(b, v, p, n, column) {\nconst end = p + n;\n${body}\n}`);
    return name;
  }
}
