/** The files a node reads for client encryption. */
export interface TlsFiles {
  readonly clientAuth: boolean;
  readonly caFile: string;
  /** Private key and certificate, one after the other. */
  readonly serverPemFile: string;
}
