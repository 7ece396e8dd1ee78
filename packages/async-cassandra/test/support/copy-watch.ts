type AnyFunction = (this: unknown, ...args: never[]) => unknown;

/** Counts bytes that JavaScript copies from one buffer to another. Decoding text into a string is no copy. */
export class CopyWatch {
  bytes = 0;
  copies = 0;
  private undo: (() => void)[] = [];

  start(): void {
    if (this.undo.length > 0) return;
    const count = (bytes: number): void => {
      this.bytes += bytes;
      this.copies++;
    };
    const typedArray = Object.getPrototypeOf(Uint8Array.prototype) as Record<string, AnyFunction>;
    const methods = Buffer.prototype as unknown as Record<string, AnyFunction>;
    const makers = Buffer as unknown as Record<string, AnyFunction>;
    const lengthOf = (value: unknown): number => (ArrayBuffer.isView(value) ? value.byteLength : 0);
    this.replace(typedArray, 'set', (_result, args) => count(lengthOf(args[0])));
    this.replace(typedArray, 'slice', (result) => count(lengthOf(result)));
    this.replace(typedArray, 'copyWithin', (_result, args) =>
      count(Math.max(0, Number(args[2]) - Number(args[1]) || 0)),
    );
    this.replace(methods, 'copy', (result) => count(Number(result)));
    this.replace(makers, 'concat', (result) => count(lengthOf(result)));
    // A view of memory that somebody else has is none.
    this.replace(makers, 'from', (result, args) => count(ArrayBuffer.isView(args[0]) ? lengthOf(result) : 0));
  }

  stop(): void {
    for (const undo of this.undo) undo();
    this.undo = [];
  }

  private replace(
    owner: Record<string, AnyFunction>,
    name: string,
    note: (result: unknown, args: readonly unknown[]) => void,
  ): void {
    const original = owner[name] as AnyFunction;
    owner[name] = function (this: unknown, ...args: never[]): unknown {
      const result = Reflect.apply(original, this, args);
      note(result, args);
      return result;
    };
    this.undo.push(() => {
      owner[name] = original;
    });
  }
}
