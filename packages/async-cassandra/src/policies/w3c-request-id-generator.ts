import { ConfigurationError, OptionReader } from '../errors/index.ts';
import { DEFAULT_REQUEST_ID_KEY, type RequestIdGenerator } from './request-id-generator.ts';

/** Options of {@link W3cRequestIdGenerator}. */
export interface W3cRequestIdGeneratorOptions {
  /** The key in the custom payload; `request-id` by default. `traceparent` is the name of the header in HTTP. */
  readonly payloadKey?: string | undefined;
  /** Random numbers from 0 up to 1; the driver's by default. */
  readonly random?: (() => number) | undefined;
}

const TRACE_ID_WORDS = 4;
const PARENT_ID_WORDS = 2;

/**
 * Ids as in W3C Trace Context: a request has a trace id of 32 hexadecimal digits, and each of its attempts is sent with
 * `00-<trace id>-<parent id>-00`, where the parent id is new for each attempt.
 */
export class W3cRequestIdGenerator implements RequestIdGenerator {
  readonly payloadKey: string;
  #random: (() => number) | undefined;

  /** @throws ConfigurationError naming the option that is wrong */
  constructor(options: W3cRequestIdGeneratorOptions = {}) {
    const reader = new OptionReader('requestIdGenerator', options);
    this.payloadKey = reader.text('payloadKey') ?? DEFAULT_REQUEST_ID_KEY;
    this.#random = reader.functionOf<() => number>('random');
    reader.end();
  }

  init(random: () => number): void {
    this.#random ??= random;
  }

  /** @throws ConfigurationError when it has no random numbers yet: no cluster uses it, and none were given */
  next(): string {
    return this.#hex(TRACE_ID_WORDS);
  }

  forAttempt(requestId: string): string {
    return `00-${requestId}-${this.#hex(PARENT_ID_WORDS)}-00`;
  }

  /** Words of 32 random bits; not all of them zero, which would be no id (W3C Trace Context, section 3.2.2). */
  #hex(words: number): string {
    if (this.#random === undefined) {
      throw new ConfigurationError(
        'requestIdGenerator.random',
        'The request id generator has no random numbers, check that a cluster uses it or that option random is set',
      );
    }
    let text = '';
    for (let i = 0; i < words; i++)
      text += Math.floor(this.#random() * 2 ** 32)
        .toString(16)
        .padStart(8, '0');
    return /[1-9a-f]/.test(text) ? text : `${text.slice(1)}1`;
  }
}
