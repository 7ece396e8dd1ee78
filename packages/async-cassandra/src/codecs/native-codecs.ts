import type { NativeTypeName } from '../protocol/index.ts';
import { nativeTypes } from '../protocol/index.ts';
import { BlobCodec } from './scalars/blob-codec.ts';
import { BooleanCodec } from './scalars/boolean-codec.ts';
import { DecimalCodec } from './scalars/decimal-codec.ts';
import { DurationCodec } from './scalars/duration-codec.ts';
import { DoubleCodec, FloatCodec } from './scalars/float-codecs.ts';
import { InetCodec } from './scalars/inet-codec.ts';
import { BigintCodec, IntCodec, SmallintCodec, TinyintCodec } from './scalars/integer-codecs.ts';
import { DateCodec, TimeCodec } from './scalars/temporal-codecs.ts';
import { TextCodec } from './scalars/text-codec.ts';
import { TimestampCodec } from './scalars/timestamp-codec.ts';
import { UuidCodec } from './scalars/uuid-codec.ts';
import { VarintCodec } from './scalars/varint-codec.ts';
import type { ValueCodec } from './value-codec.ts';

/** The codec of each type without parameters. They keep no state, so that one of each serves everybody. */
const nativeCodecs: { readonly [Name in NativeTypeName]: ValueCodec } = Object.freeze({
  ascii: new TextCodec('ascii'),
  bigint: new BigintCodec('bigint'),
  blob: new BlobCodec(nativeTypes.blob),
  boolean: new BooleanCodec(),
  counter: new BigintCodec('counter'),
  date: new DateCodec(),
  decimal: new DecimalCodec(),
  double: new DoubleCodec(),
  duration: new DurationCodec(),
  float: new FloatCodec(),
  inet: new InetCodec(),
  int: new IntCodec(),
  smallint: new SmallintCodec(),
  text: new TextCodec('text'),
  time: new TimeCodec(),
  timestamp: new TimestampCodec(),
  timeuuid: new UuidCodec('timeuuid'),
  tinyint: new TinyintCodec(),
  uuid: new UuidCodec('uuid'),
  varint: new VarintCodec(),
});

/** The codec that this package has for a type without parameters. */
export function nativeCodec(name: NativeTypeName): ValueCodec {
  return nativeCodecs[name];
}
