import { type ByteWriter, formatInetAddress, nativeTypes } from '../../protocol/index.ts';
import { ValueCodec } from '../value-codec.ts';
import { corrupt, refused, wrongKind } from '../value-problems.ts';
import { parseInet } from './inet-text.ts';

/** inet: the 4 or 16 bytes of an address; its text is that of RFC 5952. */
export class InetCodec extends ValueCodec {
  constructor() {
    super(nativeTypes.inet);
  }

  encode(w: ByteWriter, value: unknown, column: string): void {
    if (typeof value !== 'string') throw wrongKind(column, this.typeName, value);
    const bytes = parseInet(value);
    if (bytes === null) throw refused(column, this.typeName, 'a string that is not an IP address');
    for (const byte of bytes) w.writeByte(byte);
  }

  decode(b: Buffer, _v: DataView, p: number, n: number, column: string): string {
    if (n !== 4 && n !== 16) throw corrupt(column, this.typeName, `${n} bytes where 4 or 16 belong`);
    return formatInetAddress(b, p, n);
  }
}
