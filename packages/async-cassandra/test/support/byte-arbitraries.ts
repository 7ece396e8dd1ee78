import { fc } from './fast-check.ts';

/** Bytes as they occur: noise, runs, and pieces that come again, so that there is something to compress. */
export function compressibleBytes(maxParts: number): fc.Arbitrary<Buffer> {
  const part = fc.oneof(
    fc.uint8Array({ maxLength: 40 }).map((bytes) => ({ literal: bytes })),
    fc.record({ byte: fc.nat(255), times: fc.oneof(fc.nat(30), fc.nat(700)) }),
    fc.record({ back: fc.nat(100_000), length: fc.oneof(fc.nat(20), fc.nat(400)) }),
  );
  return fc.array(part, { maxLength: maxParts }).map((parts) => {
    const bytes: number[] = [];
    for (const part of parts) {
      if ('literal' in part) bytes.push(...part.literal);
      else if ('byte' in part) for (let i = 0; i < part.times; i++) bytes.push(part.byte);
      else if (bytes.length > 0) {
        const back = 1 + (part.back % bytes.length);
        for (let i = 0; i < part.length; i++) bytes.push(bytes[bytes.length - back] as number);
      }
    }
    return Buffer.from(bytes);
  });
}

/** What happens to bytes on the way: one changes, some vanish, some are added, the rest is missing. */
export type Mutation =
  | { readonly kind: 'set'; readonly at: number; readonly byte: number }
  | { readonly kind: 'delete'; readonly at: number; readonly count: number }
  | { readonly kind: 'insert'; readonly at: number; readonly bytes: Uint8Array }
  | { readonly kind: 'truncate'; readonly at: number };

export const mutations: fc.Arbitrary<Mutation[]> = fc.array(
  fc.oneof(
    fc.record({
      kind: fc.constant('set' as const),
      at: fc.nat(1_000_000),
      byte: fc.oneof(fc.constantFrom(0, 1, 0x7f, 0x80, 0xff), fc.nat(255)),
    }),
    fc.record({ kind: fc.constant('delete' as const), at: fc.nat(1_000_000), count: fc.integer({ min: 1, max: 20 }) }),
    fc.record({
      kind: fc.constant('insert' as const),
      at: fc.nat(1_000_000),
      bytes: fc.uint8Array({ minLength: 1, maxLength: 20 }),
    }),
    fc.record({ kind: fc.constant('truncate' as const), at: fc.nat(1_000_000) }),
  ),
  { minLength: 1, maxLength: 4 },
);

/** Applies mutations; positions are taken modulo the length, and more often than not near the start, where lengths stand. */
export function mutate(bytes: Buffer, changes: readonly Mutation[]): Buffer {
  let result = Buffer.from(bytes);
  for (const change of changes) {
    if (result.length === 0) return result;
    const at = change.at % 2 === 0 ? change.at % result.length : change.at % Math.min(result.length, 40);
    if (change.kind === 'set') result[at] = change.byte;
    else if (change.kind === 'delete')
      result = Buffer.concat([result.subarray(0, at), result.subarray(at + change.count)]);
    else if (change.kind === 'insert')
      result = Buffer.concat([result.subarray(0, at), change.bytes, result.subarray(at)]);
    else result = result.subarray(0, at);
  }
  return result;
}

/** More pieces than this take long and show nothing new. */
const MAX_PIECES = 5000;

/** Cuts bytes into pieces, whose sizes are taken in turn. */
export function pieces(bytes: Buffer, sizes: readonly number[]): Buffer[] {
  const all: Buffer[] = [];
  const smallest = Math.max(1, Math.floor(bytes.length / MAX_PIECES));
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = Math.max(smallest, sizes[i % sizes.length] ?? bytes.length);
    all.push(Buffer.from(bytes.subarray(at, at + size)));
    at += size;
  }
  return all;
}
