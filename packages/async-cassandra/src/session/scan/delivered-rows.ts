/** Bytes of a row's hash, so many that no two rows of a partition share one by chance. */
export const DIGEST_BYTES = 12;
/** Characters of it as base64url. */
const DIGEST_LENGTH = 16;

/**
 * The rows at the beginning of a page that were handed out before. Rows come in the order of their tokens, so that those
 * below a token need not be named; those of the last token are named by hashes of their primary keys. A count would not
 * do: by the time the page is fetched again rows may have come or gone, or another replica may answer.
 */
export class DeliveredRows {
  readonly token: bigint;
  readonly digests: ReadonlySet<string>;

  constructor(token: bigint, digests: ReadonlySet<string>) {
    this.token = token;
    this.digests = digests;
  }

  /** The hashes in a text of `describe()`; null when it is none. */
  static parse(rows: string): ReadonlySet<string> | null {
    if (rows.length % DIGEST_LENGTH !== 0 || !/^[\w-]*$/.test(rows)) return null;
    return new Set(rows.match(/.{16}/g) ?? []);
  }

  /** As a checkpoint has it. */
  describe(): { readonly token: string; readonly rows: string } {
    return { token: this.token.toString(), rows: [...this.digests].join('') };
  }
}
