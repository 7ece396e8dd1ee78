/** Gives writes their timestamps. */
export interface TimestampGenerator {
  /**
   * Called before anything else by each cluster that uses the generator.
   *
   * @param nowMicros - the driver's clock: microseconds since 1970
   */
  init?(nowMicros: () => number): void;
  /** Microseconds since 1970, or null for the server to take its own clock. Asked once for each request, whatever its attempts. */
  next(): bigint | null;
}
