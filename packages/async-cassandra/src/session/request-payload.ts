import { DEFAULT_REQUEST_ID_KEY, type RequestIdGenerator } from '../policies/index.ts';
import { type ByteWriter, writeCustomPayload } from '../protocol/index.ts';

export type PayloadEntries = ReadonlyMap<string, Uint8Array | null>;

/** What a payload needs to know of its request. */
interface SentRequest {
  /** How often it was sent so far. */
  readonly attemptCount: number;
}

const NO_ENTRIES: PayloadEntries = new Map();

/** The custom payload of requests: what the caller gives. */
export class RequestPayload {
  readonly entries: PayloadEntries;

  constructor(entries: PayloadEntries) {
    this.entries = entries;
  }

  /** Writes what goes with the next attempt. */
  write(writer: ByteWriter, _request: SentRequest): void {
    writeCustomPayload(writer, this.entries);
  }

  /** The payload with another entry, in place of one of its name. */
  plus(name: string, bytes: Uint8Array): RequestPayload {
    return this.with(new Map(this.entries).set(name, bytes));
  }

  /** The payload of a request that gives entries of its own. */
  with(entries: PayloadEntries): RequestPayload {
    return new RequestPayload(entries);
  }

  idOf(_request: SentRequest): string | undefined {
    return undefined;
  }
}

/** What the caller gives and an id, unless the caller gives that too. An id is made when a request is first sent. */
export class IdentifiedPayload extends RequestPayload {
  readonly #generator: RequestIdGenerator;
  readonly #key: string;
  /** Requests have no field for it, since hardly any needs one. */
  readonly #ids = new WeakMap<SentRequest, string>();

  constructor(generator: RequestIdGenerator, entries: PayloadEntries = NO_ENTRIES) {
    super(entries);
    this.#generator = generator;
    this.#key = generator.payloadKey ?? DEFAULT_REQUEST_ID_KEY;
  }

  override write(writer: ByteWriter, request: SentRequest): void {
    let id = this.#ids.get(request);
    if (id === undefined) {
      id = this.#generator.next();
      this.#ids.set(request, id);
    }
    const sent = this.#generator.forAttempt?.(id, request.attemptCount + 1) ?? id;
    writeCustomPayload(writer, new Map(this.entries).set(this.#key, Buffer.from(sent)));
  }

  override with(entries: PayloadEntries): RequestPayload {
    return entries.has(this.#key) ? new RequestPayload(entries) : new IdentifiedPayload(this.#generator, entries);
  }

  override idOf(request: SentRequest): string | undefined {
    return this.#ids.get(request);
  }
}
