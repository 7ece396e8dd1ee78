import { connect, type Socket } from 'node:net';
import { HEADER_BYTES } from './raw-bytes.ts';

const SLAB_BYTES = 64 * 1024;

export type OnEnvelope = (bytes: Buffer, view: DataView, start: number, streamId: number) => void;

/** A socket that reads into one buffer and writes the requests of a turn together: nothing a driver could leave out. */
export class RawPipe {
  onEnvelope: OnEnvelope = () => {};
  readonly socket: Socket;
  private out = Buffer.allocUnsafeSlow(SLAB_BYTES);
  private used = 0;
  private readonly spare: Buffer<ArrayBuffer>[] = [];
  private carry = Buffer.allocUnsafeSlow(1 << 20);
  private carried = 0;
  private isScheduled = false;

  constructor(host: string, port: number) {
    const slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
    const view = new DataView(slab.buffer);
    const callback = (length: number): boolean => {
      this.received(slab, view, length);
      return true;
    };
    this.socket = connect({ host, port, noDelay: true, onread: { buffer: slab, callback } });
  }

  send(template: Buffer, streamId: number): void {
    const { length } = template;
    if (this.used + length > SLAB_BYTES) this.flush();
    const { out, used } = this;
    template.copy(out, used);
    out[used + 2] = streamId >> 8;
    out[used + 3] = streamId & 0xff;
    this.used = used + length;
    if (this.isScheduled) return;
    this.isScheduled = true;
    process.nextTick(this.endTurn);
  }

  /** One request and a copy of its answer. */
  call(request: Buffer): Promise<Buffer> {
    return new Promise((resolve) => {
      this.onEnvelope = (bytes, view, start) =>
        resolve(Buffer.from(bytes.subarray(start, start + HEADER_BYTES + view.getInt32(start + 5))));
      this.send(request, 0);
    });
  }

  private readonly endTurn = (): void => {
    this.isScheduled = false;
    this.flush();
  };

  private flush(): void {
    if (this.used === 0) return;
    const { out } = this;
    this.socket.write(out.subarray(0, this.used), () => this.spare.push(out));
    this.out = this.spare.pop() ?? Buffer.allocUnsafeSlow(SLAB_BYTES);
    this.used = 0;
  }

  private received(bytes: Buffer, view: DataView, length: number): void {
    if (this.carried === 0) {
      const used = this.envelopes(bytes, view, length);
      if (used < length) this.carried = bytes.copy(this.carry, 0, used, length);
      return;
    }
    if (this.carried + length > this.carry.length) {
      const larger = Buffer.allocUnsafeSlow((this.carried + length) * 2);
      this.carry.copy(larger, 0, 0, this.carried);
      this.carry = larger;
    }
    this.carried += bytes.copy(this.carry, this.carried, 0, length);
    const used = this.envelopes(this.carry, new DataView(this.carry.buffer), this.carried);
    if (used > 0) {
      this.carry.copyWithin(0, used, this.carried);
      this.carried -= used;
    }
  }

  private envelopes(bytes: Buffer, view: DataView, length: number): number {
    let at = 0;
    while (length - at >= HEADER_BYTES) {
      const end = at + HEADER_BYTES + view.getInt32(at + 5);
      if (end > length) break;
      this.onEnvelope(bytes, view, at, view.getInt16(at + 2));
      at = end;
    }
    return at;
  }
}
