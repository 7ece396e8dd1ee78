import type { ServerLinkHandler } from '../server/link.ts';
import {
  decodeRequest,
  ENVELOPE_HEADER_BYTES,
  encodeFrame,
  encodeFrames,
  envelopeFlags,
  FrameDecoder,
  lz4Decompress,
  opcodes,
  queryFlags,
  WireReader,
} from '../wire/index.ts';
import type { Answer, CannedReply, WireForm } from './canned-replies.ts';
import { cannedAnswers, cannedVoid } from './canned-replies.ts';
import type { PagedReplies } from './paged-replies.ts';
import { ReplyWriter } from './reply-writer.ts';
import type { ReplySink } from './reply-writer.ts';

const ID_AT = ENVELOPE_HEADER_BYTES + 2;
const ID_BYTES = 16;
const NOTHING = Buffer.alloc(0);

/** What a stub does on every connection. */
export interface FastPathOptions {
  readonly pages: PagedReplies;
  /** Those of 4 and 5 that the server behind speaks. */
  readonly versions: readonly number[];
  /** Every so many-th answer is a slow one; 0: none. */
  readonly slowEvery: number;
}

/** One connection's way out: lane 0 for ordinary answers, 1 for slow ones. */
export interface FastLink {
  readonly lanes: readonly [ReplySink, ReplySink];
  /** Bytes that are sent as they are, in this order. */
  writeAll(pieces: readonly Buffer[]): void;
}

/**
 * Answers EXECUTE of the statements that it knows, and every BATCH, with bytes made beforehand; hands everything else to the
 * scripted server behind it. Requests are looked at only as far as the answer needs: checking them is the tests' work.
 */
export class FastPath implements ServerLinkHandler {
  private readonly link: FastLink;
  private readonly behind: ServerLinkHandler;
  private readonly options: FastPathOptions;
  private form: WireForm = { version: 4, compression: 'none' };
  private answers: ReadonlyMap<number, Answer> = new Map();
  private batchAnswer: CannedReply | undefined;
  private writers: readonly [ReplyWriter, ReplyWriter] | undefined;
  private frames: FrameDecoder | undefined;
  private rest = NOTHING;
  private answered = 0;

  constructor(link: FastLink, behind: ServerLinkHandler, options: FastPathOptions) {
    this.link = link;
    this.behind = behind;
    this.options = options;
  }

  onClose(): void {
    this.behind.onClose();
  }

  onData(chunk: Buffer): void {
    if (this.frames === undefined) this.readEnvelopes(chunk);
    else this.readFrames(chunk);
    this.writers?.[0].flush();
    this.writers?.[1].flush();
  }

  private readEnvelopes(chunk: Buffer): void {
    const bytes = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
    let at = 0;
    while (bytes.length - at >= ENVELOPE_HEADER_BYTES) {
      const end = at + ENVELOPE_HEADER_BYTES + bytes.readInt32BE(at + 5);
      if (end > bytes.length) break;
      if (!this.answer(bytes, at, end)) this.behind.onData(Buffer.from(bytes.subarray(at, end)));
      at = end;
    }
    this.rest = at === bytes.length ? NOTHING : Buffer.from(bytes.subarray(at));
  }

  private readFrames(chunk: Buffer): void {
    const { frames, behind, form } = this;
    frames?.append(chunk);
    for (let frame = frames?.next() ?? null; frame !== null; frame = frames?.next() ?? null) {
      const { payload, selfContained } = frame;
      if (!selfContained) {
        behind.onData(encodeFrame(payload, false, form.compression));
        continue;
      }
      for (let at = 0; at < payload.length; ) {
        const end = at + ENVELOPE_HEADER_BYTES + payload.readInt32BE(at + 5);
        if (!this.answer(payload, at, end)) behind.onData(encodeFrames([payload.subarray(at, end)], form.compression));
        at = end;
      }
    }
  }

  /** @returns whether the request at `start` was answered here */
  private answer(bytes: Buffer, start: number, end: number): boolean {
    const opcode = bytes[start + 4];
    const flags = bytes[start + 1] ?? 0;
    if (opcode === opcodes.STARTUP) this.started(bytes.subarray(start, end));
    if ((flags & ~envelopeFlags.COMPRESSION) !== 0 || this.writers === undefined) return false;
    const streamId = bytes.readInt16BE(start + 2);
    if (opcode === opcodes.BATCH && this.batchAnswer !== undefined) {
      this.send(this.batchAnswer[0], streamId);
      return true;
    }
    if (opcode !== opcodes.EXECUTE) return false;
    let request = bytes;
    let at = start;
    if ((flags & envelopeFlags.COMPRESSION) !== 0) {
      // As long a header in front, so that positions are those of a request that is not compressed.
      const body = bytes.subarray(start + ENVELOPE_HEADER_BYTES, end);
      request = Buffer.concat([NO_HEADER, lz4Decompress(body.subarray(4), body.readInt32BE(0))]);
      at = 0;
    }
    const answer = this.answers.get(request.readInt32BE(at + ID_AT));
    if (answer === undefined) return false;
    if (answer === 'pages') this.sendPage(request.subarray(at, request === bytes ? end : undefined), streamId);
    else this.send(answer[this.skipsMetadata(request, at) ? 1 : 0], streamId);
    return true;
  }

  private skipsMetadata(bytes: Buffer, start: number): boolean {
    let at = start + ID_AT + ID_BYTES;
    if (this.form.version >= 5) at += 2 + bytes.readUInt16BE(at) + 3;
    return ((bytes[at + 2] ?? 0) & queryFlags.SKIP_METADATA) !== 0;
  }

  private send(envelope: Buffer, streamId: number): void {
    const { slowEvery } = this.options;
    const isSlow = slowEvery > 0 && ++this.answered % slowEvery === 0;
    this.writers?.[isSlow ? 1 : 0].add(envelope, streamId);
  }

  private sendPage(envelope: Buffer, streamId: number): void {
    const reader = new WireReader(envelope.subarray(ENVELOPE_HEADER_BYTES));
    const request = decodeRequest(this.form.version, opcodes.EXECUTE, reader);
    if (request.opcode !== opcodes.EXECUTE) return;
    this.writers?.[0].flush();
    this.link.writeAll(this.options.pages.pieces(this.form, streamId, request.parameters));
  }

  /** Everything after STARTUP is in the form it asks for (spec v5 section 2.3.1): its answer is awaited before more is sent. */
  private started(envelope: Buffer): void {
    const version = (envelope[0] ?? 0) & 0x7f;
    if (version < 4 || !this.options.versions.includes(version)) return;
    const request = decodeRequest(version, opcodes.STARTUP, new WireReader(envelope.subarray(ENVELOPE_HEADER_BYTES)));
    const asked = request.opcode === opcodes.STARTUP ? request.options.get('COMPRESSION')?.toLowerCase() : undefined;
    if (asked !== undefined && asked !== 'lz4') return;
    const form: WireForm = { version, compression: asked ?? 'none' };
    this.form = form;
    this.answers = cannedAnswers(form);
    this.batchAnswer = cannedVoid(form);
    this.writers = [new ReplyWriter(form, this.link.lanes[0]), new ReplyWriter(form, this.link.lanes[1])];
    if (version >= 5) this.frames = new FrameDecoder(form.compression);
  }
}

const NO_HEADER = Buffer.alloc(ENVELOPE_HEADER_BYTES);
