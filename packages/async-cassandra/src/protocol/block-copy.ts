/** Up to this many bytes a loop beats the call into native code (measured, bench/micro/framing.ts). */
const LOOP_BYTES = 32;

/** Copies `length` bytes between two buffers. */
export function copyBytes(source: Buffer, from: number, target: Buffer, at: number, length: number): void {
  if (length > LOOP_BYTES) {
    source.copy(target, at, from, from + length);
    return;
  }
  for (let i = 0; i < length; i++) target[at + i] = source[from + i] as number;
}

/** Repeats at `at` what stands `offset` bytes before it; where the two overlap, what was just written is repeated too. */
export function copyMatch(target: Buffer, at: number, offset: number, length: number): void {
  const from = at - offset;
  if (length <= LOOP_BYTES) {
    for (let i = 0; i < length; i++) target[at + i] = target[from + i] as number;
    return;
  }
  // The pattern doubles with each copy, so a run of zeros costs few calls.
  let copied = 0;
  while (copied < length) {
    const part = Math.min(offset + copied, length - copied);
    target.copyWithin(at + copied, from, from + part);
    copied += part;
  }
}
