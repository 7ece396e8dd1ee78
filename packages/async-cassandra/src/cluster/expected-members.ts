import { formatEndPoint } from '../metadata/index.ts';

/** The system tables may lag behind events; they are read so many times more, after 1, 2, 4, 8 and 16 seconds. */
const MAX_READS = 5;
const FIRST_DELAY_MS = 1_000;

interface Expectation {
  readonly address: string;
  readonly port: number;
  readonly present: boolean;
  reads: number;
}

/** What events have said of members: that one came, or went. Until the system tables say so too, they are read again. */
export class ExpectedMembers {
  readonly #open = new Map<string, Expectation>();

  /** An event says that a node at this address is (`present`) or is not a member. */
  expect(address: string, port: number, present: boolean): void {
    this.#open.set(formatEndPoint(address, port), { address, port, present, reads: 0 });
  }

  /**
   * Compares with what the system tables say.
   * @returns ms until they should be read again; undefined when nothing is left to wait for
   */
  check(isMember: (address: string, port: number) => boolean): number | undefined {
    let delay: number | undefined;
    for (const [key, expectation] of this.#open) {
      const isMet = isMember(expectation.address, expectation.port) === expectation.present;
      if (isMet || expectation.reads === MAX_READS) this.#open.delete(key);
      else {
        const wait = FIRST_DELAY_MS * 2 ** expectation.reads++;
        delay = Math.min(delay ?? wait, wait);
      }
    }
    return delay;
  }

  clear(): void {
    this.#open.clear();
  }
}
