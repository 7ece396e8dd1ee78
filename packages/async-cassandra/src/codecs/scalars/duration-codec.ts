import { ByteReader, type ByteWriter, nativeTypes } from '../../protocol/index.ts';
import { ValueCodec } from '../value-codec.ts';
import { corrupt, refused, wrongKind } from '../value-problems.ts';
import { Duration, durationProblem, parseDuration } from '../values/duration.ts';

/** duration: months, days and nanoseconds, each a [vint]. */
export class DurationCodec extends ValueCodec {
  constructor() {
    super(nativeTypes.duration);
  }

  encode(w: ByteWriter, value: unknown, column: string): void {
    const duration = this.#from(value, column);
    w.writeVInt(BigInt(duration.months));
    w.writeVInt(BigInt(duration.days));
    w.writeVInt(duration.nanoseconds);
  }

  decode(b: Buffer, v: DataView, p: number, n: number, column: string): Duration {
    const r = new ByteReader().reset(b, v, p, p + n);
    const months = Number(r.readVInt());
    const days = Number(r.readVInt());
    const nanoseconds = r.readVInt();
    const problem = r.remaining > 0 ? `${r.remaining} bytes too many` : durationProblem(months, days, nanoseconds);
    if (problem !== null) throw corrupt(column, this.typeName, problem);
    return new Duration(months, days, nanoseconds);
  }

  #from(value: unknown, column: string): Duration {
    if (value instanceof Duration) return value;
    if (typeof value !== 'string') throw wrongKind(column, this.typeName, value);
    const parsed = parseDuration(value);
    if (parsed === null) throw refused(column, this.typeName, 'a string that is not a duration in its range');
    return parsed;
  }
}
