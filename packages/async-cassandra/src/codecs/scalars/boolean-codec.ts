import { type ByteWriter, nativeTypes } from '../../protocol/index.ts';
import { FixedCodec, type InlineRead } from '../value-codec.ts';
import { wrongKind } from '../value-problems.ts';

/** boolean: one byte, zero for false and anything else for true. */
export class BooleanCodec extends FixedCodec {
  constructor() {
    super(nativeTypes.boolean, 1);
  }

  override get inline(): InlineRead {
    return { expression: 'b[p] !== 0', helpers: {} };
  }

  encode(w: ByteWriter, value: unknown, column: string): void {
    if (typeof value !== 'boolean') throw wrongKind(column, this.typeName, value);
    w.writeByte(value ? 1 : 0);
  }

  protected read(b: Buffer, _v: DataView, p: number): boolean {
    return b[p] !== 0;
  }
}
