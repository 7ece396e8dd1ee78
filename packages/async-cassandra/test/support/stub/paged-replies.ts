import { encodeFrame, encodeRows, MAX_FRAME_PAYLOAD } from '../wire/index.ts';
import type { DecodedParameters } from '../wire/index.ts';
import { envelopeBytes } from './canned-replies.ts';
import type { WireForm } from './canned-replies.ts';
import { pageOfEvents, stubColumns } from './tables.ts';

const STATE_PREFIX = 'page:';
const NO_ROWS = Buffer.alloc(0);

/** Pages of W3: what they have in common is encoded, framed and compressed once, on first use. */
export class PagedReplies {
  private readonly pages: number;
  private readonly content: Buffer;
  private readonly wholeByKey = new Map<string, Buffer>();
  private readonly tailByKey = new Map<string, Buffer>();

  constructor(pages: number, rowsPerPage: number) {
    if (pages > 100) throw new Error('At most 100 pages: their paging states have two digits');
    this.pages = pages;
    this.content = pageOfEvents(rowsPerPage);
  }

  /** The pieces of a page's bytes on the wire, in their order. */
  pieces(form: WireForm, streamId: number, parameters: DecodedParameters): readonly Buffer[] {
    const state = parameters.pagingState?.toString('latin1') ?? `${STATE_PREFIX}00`;
    const page = Number(state.slice(STATE_PREFIX.length));
    const body = encodeRows(
      form.version,
      {
        columns: stubColumns.w3,
        noMetadata: parameters.skipMetadata,
        pagingState:
          page + 1 < this.pages ? Buffer.from(`${STATE_PREFIX}${String(page + 1).padStart(2, '0')}`) : undefined,
      },
      NO_ROWS,
    );
    if (form.version < 5) return this.unframed(form, streamId, body, `${page} ${parameters.skipMetadata}`);
    return this.framed(form, streamId, body);
  }

  private unframed(form: WireForm, streamId: number, metadata: Buffer, key: string): readonly Buffer[] {
    if (form.compression === 'none') {
      const head = envelopeBytes(form, metadata);
      head.writeInt16BE(streamId, 2);
      head.writeInt32BE(metadata.length + this.content.length, 5);
      return [head, this.content];
    }
    const whole = this.once(this.wholeByKey, key, () => envelopeBytes(form, Buffer.concat([metadata, this.content])));
    const head = Buffer.from(whole.subarray(0, 9));
    head.writeInt16BE(streamId, 2);
    return [head, whole.subarray(9)];
  }

  /** Only the first frame holds a stream id and a paging state. */
  private framed({ version, compression }: WireForm, streamId: number, metadata: Buffer): readonly Buffer[] {
    const head = envelopeBytes({ version, compression }, metadata);
    head.writeInt16BE(streamId, 2);
    head.writeInt32BE(metadata.length + this.content.length, 5);
    const inFirst = MAX_FRAME_PAYLOAD - head.length;
    const isOneFrame = this.content.length <= inFirst;
    const first = encodeFrame(Buffer.concat([head, this.content.subarray(0, inFirst)]), isOneFrame, compression);
    if (isOneFrame) return [first];
    const tail = this.once(this.tailByKey, `${compression} ${inFirst}`, () => {
      const frames: Buffer[] = [];
      for (let at = inFirst; at < this.content.length; at += MAX_FRAME_PAYLOAD)
        frames.push(encodeFrame(this.content.subarray(at, at + MAX_FRAME_PAYLOAD), false, compression));
      return Buffer.concat(frames);
    });
    return [first, tail];
  }

  private once(kept: Map<string, Buffer>, key: string, make: () => Buffer): Buffer {
    let bytes = kept.get(key);
    if (bytes === undefined) kept.set(key, (bytes = make()));
    return bytes;
  }
}
