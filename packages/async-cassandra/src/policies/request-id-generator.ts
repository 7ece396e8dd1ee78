/**
 * Gives requests ids, which travel in their custom payload, so that what a server logs can be told from what a client did.
 * One that throws fails the request.
 */
export interface RequestIdGenerator {
  /** The key in the custom payload; `request-id` by default, as in the Java driver. */
  readonly payloadKey?: string;
  /**
   * Called before anything else by each cluster that uses the generator.
   *
   * @param random - the driver's random numbers, from 0 up to 1
   */
  init?(random: () => number): void;
  /** The id of a new request, the same for all its attempts; `executionInfo.requestId` tells it. */
  next(): string;
  /**
   * What is sent with one attempt; the request's id by default.
   *
   * @param attempt - 1 for the first; retries, speculative executions and empty pages count on
   */
  forAttempt?(requestId: string, attempt: number): string;
}

/** The default of {@link RequestIdGenerator.payloadKey}. */
export const DEFAULT_REQUEST_ID_KEY = 'request-id';
