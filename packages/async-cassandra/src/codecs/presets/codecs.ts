import type { Codec } from '../codec.ts';
import {
  decimalAsNumber,
  decimalAsString,
  Int64AsNumberCodec,
  integerAsString,
  varintAsNumber,
} from './number-presets.ts';
import { createPreset } from './preset.ts';
import { temporalAsString, TimestampAsBigintCodec, TimestampAsNumberCodec } from './temporal-presets.ts';
import type { Uuid } from './uuid.ts';
import { UuidAsBytesCodec, UuidAsObjectCodec } from './uuid-presets.ts';

/** The shape of `codecs`. */
export interface CodecPresets {
  /** bigint as a number; one beyond 2^53 is an error. */
  readonly bigintAsNumber: Codec<number>;
  /** bigint as decimal digits. */
  readonly bigintAsString: Codec<string>;
  /** counter as a number; one beyond 2^53 is an error. */
  readonly counterAsNumber: Codec<number>;
  /** counter as decimal digits. */
  readonly counterAsString: Codec<string>;
  /** varint as a number; one beyond 2^53 is an error. */
  readonly varintAsNumber: Codec<number>;
  /** varint as decimal digits. */
  readonly varintAsString: Codec<string>;
  /** decimal as the nearest number: digits may be lost. */
  readonly decimalAsNumber: Codec<number>;
  /** decimal as text that holds every digit. */
  readonly decimalAsString: Codec<string>;
  /** timestamp as a bigint of milliseconds since 1970, over the whole range of the type. */
  readonly timestampAsBigint: Codec<bigint>;
  /** timestamp as a number of milliseconds since 1970. */
  readonly timestampAsNumber: Codec<number>;
  /** date as `2024-02-29`. */
  readonly dateAsString: Codec<string>;
  /** time as `08:30:15.123`. */
  readonly timeAsString: Codec<string>;
  /** duration as `1y2mo3d`. */
  readonly durationAsString: Codec<string>;
  /** uuid as 16 bytes. */
  readonly uuidAsBytes: Codec<Uint8Array>;
  /** timeuuid as 16 bytes. */
  readonly timeuuidAsBytes: Codec<Uint8Array>;
  /** uuid as a Uuid of four numbers, much cheaper to read than text. */
  readonly uuidAsObject: Codec<Uuid>;
  /** timeuuid as a Uuid of four numbers, much cheaper to read than text. */
  readonly timeuuidAsObject: Codec<Uuid>;
}

/**
 * Ready-made codecs for `encoding.codecs`. What a type accepts when it is written, it accepts with these too, and the form that
 * they read besides.
 */
export const codecs: CodecPresets = Object.freeze({
  bigintAsNumber: createPreset<number>(new Int64AsNumberCodec('bigint')),
  bigintAsString: createPreset<string>(integerAsString('bigint')),
  counterAsNumber: createPreset<number>(new Int64AsNumberCodec('counter')),
  counterAsString: createPreset<string>(integerAsString('counter')),
  varintAsNumber: createPreset<number>(varintAsNumber()),
  varintAsString: createPreset<string>(integerAsString('varint')),
  decimalAsNumber: createPreset<number>(decimalAsNumber()),
  decimalAsString: createPreset<string>(decimalAsString()),
  timestampAsBigint: createPreset<bigint>(new TimestampAsBigintCodec()),
  timestampAsNumber: createPreset<number>(new TimestampAsNumberCodec()),
  dateAsString: createPreset<string>(temporalAsString('date')),
  timeAsString: createPreset<string>(temporalAsString('time')),
  durationAsString: createPreset<string>(temporalAsString('duration')),
  uuidAsBytes: createPreset<Uint8Array>(new UuidAsBytesCodec('uuid')),
  timeuuidAsBytes: createPreset<Uint8Array>(new UuidAsBytesCodec('timeuuid')),
  uuidAsObject: createPreset<Uuid>(new UuidAsObjectCodec('uuid')),
  timeuuidAsObject: createPreset<Uuid>(new UuidAsObjectCodec('timeuuid')),
});
