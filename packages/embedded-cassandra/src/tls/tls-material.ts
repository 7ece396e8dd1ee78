/** Certificates and keys made for one cluster, as PEM text and as files in the cluster's folder. */
export interface TlsMaterial {
  /** The certificate authority that signed the nodes' and the client's certificates. */
  readonly ca: string;
  /** The client's certificate and its private key. */
  readonly cert: string;
  readonly key: string;
  readonly caFile: string;
  readonly certFile: string;
  readonly keyFile: string;
}
