import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** PEM texts, as `tls.createServer` and `tls.connect` take them. */
export interface KeyPair {
  readonly key: string;
  readonly cert: string;
}

/** A certificate authority of the test, and what it signs; files live in a temporary folder until `dispose`. */
export class TestCertificates {
  /** The authority's certificate: what clients trust. */
  readonly ca: string;
  /** Where the files are, for programs that want paths. */
  readonly folder: string;
  private serial = 1;

  private constructor(folder: string, ca: string) {
    this.folder = folder;
    this.ca = ca;
  }

  /** Makes an authority, with the `openssl` of this machine. */
  static async create(): Promise<TestCertificates> {
    const folder = await mkdtemp(join(tmpdir(), 'async-cassandra-tls-'));
    const at = (name: string): string => join(folder, name);
    await run('openssl', [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
      ...[
        '-subj',
        '/CN=Test CA',
        '-addext',
        'basicConstraints=critical,CA:TRUE',
        '-addext',
        'keyUsage=critical,keyCertSign',
      ],
      ...['-keyout', at('ca.key'), '-out', at('ca.crt')],
    ]);
    return new TestCertificates(folder, await readFile(at('ca.crt'), 'utf8'));
  }

  /**
   * A server's certificate whose subject alternative names are exactly these, such as `IP:127.0.0.1` and
   * `DNS:node1.cassandra.test`; the common name never matches anything.
   */
  server(subjectAltNames: readonly string[], options: { readonly expired?: boolean } = {}): Promise<KeyPair> {
    return this.issue('server', 'serverAuth', subjectAltNames, options.expired === true);
  }

  client(commonName = 'client'): Promise<KeyPair> {
    return this.issue(commonName, 'clientAuth', [], false);
  }

  /** Path of a key or certificate made before: `client-2.crt`. */
  path(name: string): string {
    return join(this.folder, name);
  }

  async dispose(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.dispose();
  }

  private async issue(
    commonName: string,
    usage: string,
    subjectAltNames: readonly string[],
    expired: boolean,
  ): Promise<KeyPair> {
    const name = `${commonName}-${this.serial++}`;
    const at = (suffix: string): string => this.path(`${name}.${suffix}`);
    const extensions = [`extendedKeyUsage=${usage}`, 'basicConstraints=CA:FALSE'];
    if (subjectAltNames.length > 0) extensions.push(`subjectAltName=${subjectAltNames.join(',')}`);
    await writeFile(at('ext'), `${extensions.join('\n')}\n`);
    await run('openssl', [
      ...[
        'req',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:prime256v1',
        '-nodes',
        '-subj',
        `/CN=${commonName}.invalid`,
      ],
      ...['-keyout', at('key'), '-out', at('csr')],
    ]);
    await run('openssl', [
      ...[
        'x509',
        '-req',
        '-in',
        at('csr'),
        '-CA',
        this.path('ca.crt'),
        '-CAkey',
        this.path('ca.key'),
        '-set_serial',
        String(this.serial),
      ],
      ...['-days', expired ? '-1' : '2', '-extfile', at('ext'), '-out', at('crt')],
    ]);
    const [key, cert] = await Promise.all([readFile(at('key'), 'utf8'), readFile(at('crt'), 'utf8')]);
    return { key, cert };
  }
}
