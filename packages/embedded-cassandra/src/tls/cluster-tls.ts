import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CertificateAuthority, type Credential } from './certificate-authority.ts';
import type { TlsFiles } from './tls-files.ts';
import type { TlsMaterial } from './tls-material.ts';

export interface TlsSettings {
  readonly clientAuth: boolean;
  /** What the nodes' certificates are for; undefined: each node's address, and localhost. */
  readonly names: readonly string[] | undefined;
}

const privateMode = 0o600;

/** The certificate authority of one cluster, its client's certificate, and those of its nodes. */
export class ClusterTls {
  readonly material: TlsMaterial;
  readonly #authority: CertificateAuthority;
  readonly #settings: TlsSettings;

  private constructor(authority: CertificateAuthority, settings: TlsSettings, material: TlsMaterial) {
    this.#authority = authority;
    this.#settings = settings;
    this.material = material;
  }

  /** @param folder - the cluster's, where the files go that clients are given */
  static async create(folder: string, settings: TlsSettings): Promise<ClusterTls> {
    const authority = await CertificateAuthority.create();
    const { cert, key } = await authority.issue({ commonName: 'client', use: 'client', names: [] });
    const home = join(folder, 'tls');
    const files = {
      caFile: join(home, 'ca.pem'),
      certFile: join(home, 'client.pem'),
      keyFile: join(home, 'client.key'),
    };
    await mkdir(home, { recursive: true });
    await writeFile(files.caFile, authority.cert);
    await writeFile(files.certFile, cert);
    await writeFile(files.keyFile, key, { mode: privateMode });
    return new ClusterTls(authority, settings, { ca: authority.cert, cert, key, ...files });
  }

  /** A further client's certificate: another user, or the next one of a rotation. */
  async issueClient(commonName: string): Promise<Credential> {
    return await this.#authority.issue({ commonName, use: 'client', names: [] });
  }

  /** A new certificate for a node that is about to start, written into its folder. */
  async filesFor(address: string, folder: string): Promise<TlsFiles> {
    const names = this.#settings.names ?? [address, 'localhost'];
    const { cert, key } = await this.#authority.issue({ commonName: names[0] ?? address, use: 'server', names });
    const serverPemFile = join(folder, 'server.pem');
    await mkdir(folder, { recursive: true });
    await writeFile(serverPemFile, `${key}${cert}`, { mode: privateMode });
    return { clientAuth: this.#settings.clientAuth, caFile: this.material.caFile, serverPemFile };
  }
}
