import type { ByteWriter, VectorType } from '../../protocol/index.ts';
import { checkedFloat } from '../scalars/float-codecs.ts';
import { ValueCodec } from '../value-codec.ts';
import { checkPackedBytes, vectorElements } from './vector-codec.ts';

const FLOAT_BYTES = 4;
/** From this many elements on, copying and swapping the bytes natively beats reading floats one by one (measured). */
const MIN_SWAPPED_ELEMENTS = 96;
const isLittleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** vector<float, n>, what embeddings are stored as: packed floats, read as a Float32Array with memory of its own. */
export class FloatVectorCodec extends ValueCodec {
  readonly dimension: number;

  constructor(type: VectorType) {
    super(type, type.dimension * FLOAT_BYTES);
    this.dimension = type.dimension;
  }

  encode(w: ByteWriter, value: unknown, column: string): void {
    const { dimension, typeName } = this;
    const elements = vectorElements(value, dimension, column, typeName);
    w.reserve(this.fixedSize);
    const { view } = w;
    let at = w.pos;
    for (let i = 0; i < dimension; i++) {
      view.setFloat32(at, checkedFloat(elements[i], column, typeName));
      at += FLOAT_BYTES;
    }
    w.pos = at;
  }

  decode(b: Buffer, v: DataView, p: number, n: number, column: string): Float32Array {
    checkPackedBytes(n, this.fixedSize, column, this.typeName);
    const floats = new Float32Array(this.dimension);
    if (floats.length >= MIN_SWAPPED_ELEMENTS && isLittleEndian) {
      const bytes = Buffer.from(floats.buffer);
      b.copy(bytes, 0, p, p + n);
      bytes.swap32();
    } else {
      for (let i = 0, at = p; i < floats.length; i++, at += FLOAT_BYTES) floats[i] = v.getFloat32(at);
    }
    return floats;
  }
}
