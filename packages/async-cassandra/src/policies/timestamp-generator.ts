/** Gives writes their timestamps. */
export interface TimestampGenerator {
  /** Microseconds since 1970, or null for the server to take its own clock. Asked once for each request, whatever its attempts. */
  next(): bigint | null;
}
