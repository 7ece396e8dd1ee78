/** Decides how long to wait before a lost node, or control connection, is tried again. */
export interface ReconnectionPolicy {
  /**
   * A new schedule: milliseconds to wait before each attempt. One that ends goes on with its last delay. The driver shortens each
   * delay a little, at random, so that clients do not come back all at once.
   */
  schedule(): Iterator<number>;
}
