import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { findExecutable } from '../../../src/process/find-executable.ts';
import { CertificateAuthority, type Credential } from '../../../src/tls/certificate-authority.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const serverNames = ['127.0.0.1', '::1', '2001:db8::ff00:42:8329', 'localhost', 'node.test'];

async function issued(): Promise<{ ca: string; server: Credential; client: Credential }> {
  const authority = await CertificateAuthority.create();
  return {
    ca: authority.cert,
    server: await authority.issue({ commonName: 'node', use: 'server', names: serverNames }),
    client: await authority.issue({ commonName: 'Änne', use: 'client', names: [] }),
  };
}

/** A server that demands a client certificate and tells whose it got. */
async function tlsServer(t: TestContext, ca: string, { cert, key }: Credential): Promise<number> {
  const server = createServer({ ca, cert, key, requestCert: true, rejectUnauthorized: true }, (socket) => {
    socket.end(String(socket.getPeerCertificate().subject.CN));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return (server.address() as AddressInfo).port;
}

async function greeting(socket: TLSSocket): Promise<string> {
  const parts: Buffer[] = [];
  for await (const chunk of socket) parts.push(chunk as Buffer);
  return Buffer.concat(parts).toString();
}

describe('the certificate authority', () => {
  it('should issue certificates that Node.js reads and verifies', async () => {
    const { ca, server, client } = await issued();
    const authority = new X509Certificate(ca);
    const certificate = new X509Certificate(server.cert);
    assert.ok(authority.ca && authority.verify(authority.publicKey));
    assert.ok(!certificate.ca && certificate.verify(authority.publicKey));
    assert.ok(certificate.checkIssued(authority));
    for (const address of ['127.0.0.1', '::1', '2001:db8::ff00:42:8329'])
      assert.ok(certificate.checkIP(address), address);
    for (const name of ['localhost', 'node.test']) assert.ok(certificate.checkHost(name), name);
    assert.equal(certificate.checkHost('other.test'), undefined);
    assert.deepEqual(certificate.keyUsage, ['1.3.6.1.5.5.7.3.1']);
    assert.deepEqual(new X509Certificate(client.cert).keyUsage, ['1.3.6.1.5.5.7.3.2']);
    assert.equal(new X509Certificate(client.cert).subject, 'CN=Änne');
    assert.ok(new Date(certificate.validFrom).getTime() < Date.now());
    assert.ok(new Date(certificate.validTo).getTime() > Date.now() + 600 * 86_400_000);
    assert.notEqual(new X509Certificate(client.cert).serialNumber, certificate.serialNumber);
  });

  it('should carry a handshake in which both sides verify the other', async (t) => {
    const { ca, server, client } = await issued();
    const port = await tlsServer(t, ca, server);
    const { cert, key } = client;
    assert.equal(await greeting(connect({ port, host: '127.0.0.1', ca, cert, key })), 'Änne');
    const stranger = await CertificateAuthority.create();
    await assert.rejects(greeting(connect({ port, host: '127.0.0.1', ca: stranger.cert, cert, key })), {
      code: /UNABLE_TO_VERIFY|SELF_SIGNED|UNABLE_TO_GET_ISSUER/,
    });
    const foreign = await stranger.issue({ commonName: 'x', use: 'client', names: [] });
    const refused = greeting(connect({ port, host: '127.0.0.1', ca, cert: foreign.cert, key: foreign.key }));
    assert.equal(await refused.catch(() => ''), '');
    const names = { servername: 'other.test' };
    await assert.rejects(greeting(connect({ port, host: '127.0.0.1', ca, cert, key, ...names })), {
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
    });
  });

  it('should please OpenSSL at its strictest', { skip: findExecutable('openssl', process.env) === null }, async (t) => {
    const { ca, server, client } = await issued();
    const folder = temporaryFolder(t);
    writeFileSync(join(folder, 'ca.pem'), ca);
    for (const [use, { cert }] of [
      ['sslserver', server],
      ['sslclient', client],
    ] as const) {
      writeFileSync(join(folder, 'cert.pem'), cert);
      const args = [
        'verify',
        '-x509_strict',
        '-purpose',
        use,
        '-CAfile',
        join(folder, 'ca.pem'),
        join(folder, 'cert.pem'),
      ];
      assert.match(execFileSync('openssl', args, { encoding: 'utf8' }), /cert\.pem: OK/);
    }
  });
});
