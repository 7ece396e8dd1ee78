import { ByteWriter } from '../../protocol/index.ts';
import { type FastCodec, fastCodec } from '../fast-codec.ts';
import { copyBytes } from '../scalars/blob-codec.ts';
import type { ValueCodec } from '../value-codec.ts';

const INITIAL_BYTES = 64;
/** What messages call a value outside of any column. */
const NO_COLUMN = 'value';

/** Makes a public codec of one that this package uses inside, which takes it as it is. */
export function createPreset<T>(codec: ValueCodec): FastCodec<T> {
  return Object.freeze({
    cqlType: codec.typeName,
    encode(value: T): Uint8Array {
      const w = new ByteWriter(INITIAL_BYTES);
      codec.encode(w, value, NO_COLUMN);
      return copyBytes(w.buf, 0, w.pos);
    },
    decode(bytes: Uint8Array): T {
      const b = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      return codec.decode(b, new DataView(b.buffer, b.byteOffset, b.length), 0, b.length, NO_COLUMN) as T;
    },
    [fastCodec]: codec,
  });
}
