import { checkEnd, LENGTH_BYTES, readCount } from '../composites/cell.ts';
import { ListCodec } from '../composites/list-codec.ts';
import { MapCodec } from '../composites/map-codec.ts';
import { TupleCodec } from '../composites/tuple-codec.ts';
import { instantiate, UdtCodec } from '../composites/udt-codec.ts';
import type { ValueCodec } from '../value-codec.ts';
import type { DecoderSource } from './decoder-source.ts';
import { objectLiteral } from './object-literal.ts';

/** Tuples and user-defined types of more parts are left to their codecs. */
const MAX_PARTS = 64;

/**
 * The body of a function that decodes the `n` bytes at `p`, up to `end`, as the type of a codec; null for types that
 * are not made of others. It does what the codec's own `decode` does, without asking each element what it is.
 */
export function compositeSource(source: DecoderSource, codec: ValueCodec): string | null {
  if (codec instanceof ListCodec) return listSource(source, codec);
  if (codec instanceof MapCodec) return mapSource(source, codec);
  if (codec instanceof TupleCodec && codec.elements.length <= MAX_PARTS) return tupleSource(source, codec);
  if (codec instanceof UdtCodec && codec.fields.length <= MAX_PARTS) return udtSource(source, codec);
  return null;
}

function listSource(source: DecoderSource, codec: ListCodec): string {
  return `${countSource(source, codec, LENGTH_BYTES)}
const all = ${codec.isSet ? 'new Set()' : '[]'};
for (let i = 0; i < count; i++) {
let x = null;
${source.cell(codec.element, 'x', 'column')}
all.${codec.isSet ? 'add' : 'push'}(x);
}
${endSource(source, codec)}
return all;`;
}

function mapSource(source: DecoderSource, codec: MapCodec): string {
  return `${countSource(source, codec, 2 * LENGTH_BYTES)}
const all = new Map();
for (let i = 0; i < count; i++) {
let k = null, x = null;
${source.cell(codec.key, 'k', 'column')}
${source.cell(codec.value, 'x', 'column')}
all.set(k, x);
}
${endSource(source, codec)}
return all;`;
}

function tupleSource(source: DecoderSource, codec: TupleCodec): string {
  const parts = codec.elements.map(
    (element, i) => `let c${i} = null;\nif (p !== end) {\n${source.cell(element, `c${i}`, 'column')}\n}`,
  );
  return `${parts.join('\n')}\n${endSource(source, codec)}\nreturn [${codec.elements.map((_, i) => `c${i}`).join(', ')}];`;
}

function udtSource(source: DecoderSource, codec: UdtCodec): string {
  const parts = codec.fields.map(
    (field, i) => `let c${i} = null;\nif (p < end) {\n${source.cell(field, `c${i}`, 'column')}\n}`,
  );
  const value = objectLiteral(codec.names, (i) => `c${i}`);
  const made =
    codec.userClass === undefined
      ? value
      : `${source.use('instantiate', instantiate)}(${source.reference(codec)}.userClass, ${value}, column, ${source.reference(codec)}.typeName)`;
  return `${parts.join('\n')}\nreturn ${made};`;
}

function countSource(source: DecoderSource, codec: ValueCodec, minimum: number): string {
  const count = `${source.use('readCount', readCount)}(v, p, n, ${minimum}, column, ${source.reference(codec)}.typeName)`;
  return `const count = ${count};\np += ${LENGTH_BYTES};`;
}

function endSource(source: DecoderSource, codec: ValueCodec): string {
  return `if (p !== end) ${source.use('checkEnd', checkEnd)}(p, end, column, ${source.reference(codec)}.typeName);`;
}
