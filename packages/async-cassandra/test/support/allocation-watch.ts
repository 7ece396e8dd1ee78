import assert from 'node:assert/strict';

const METHODS = ['alloc', 'allocUnsafe', 'allocUnsafeSlow'] as const;
const SLACK_BYTES = 2 ** 20;

/**
 * Watches every Buffer that is allocated by size, and fails as soon as one is larger than 4 times the bytes received so
 * far plus 1 MiB: then a length field was believed before the bytes were there.
 */
export class AllocationWatch {
  received = 0;
  largest = 0;
  readonly #originals = METHODS.map((method) => Buffer[method]);

  start(): void {
    for (const method of METHODS) {
      const original = Buffer[method].bind(Buffer) as (size: number, ...rest: unknown[]) => Buffer;
      const watched = (size: number, ...rest: unknown[]): Buffer => {
        this.largest = Math.max(this.largest, size);
        assert.ok(
          size <= 4 * this.received + SLACK_BYTES,
          `${size} bytes allocated when ${this.received} were received`,
        );
        return original(size, ...rest);
      };
      Buffer[method] = watched as never;
    }
  }

  stop(): void {
    METHODS.forEach((method, i) => {
      Buffer[method] = this.#originals[i] as never;
    });
  }
}
