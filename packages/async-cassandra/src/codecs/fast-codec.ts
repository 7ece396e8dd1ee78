import type { CqlType } from '../protocol/index.ts';
import type { Codec } from './codec.ts';
import type { ValueCodec } from './value-codec.ts';

/** Under this key, a codec of this package's own brings a ValueCodec that needs no copy of the bytes. */
export const fastCodec: unique symbol = Symbol('async-cassandra.fastCodec');

/** A codec that has a faster form for use inside. */
export interface FastCodec<T> extends Codec<T> {
  readonly [fastCodec]: ValueCodec;
}

/** The faster form of a codec for this type, when it has one. */
export function fastForm(codec: Codec<unknown>, type: CqlType): ValueCodec | undefined {
  const form = (codec as Partial<FastCodec<unknown>>)[fastCodec];
  return form?.type.kind === type.kind ? form : undefined;
}
