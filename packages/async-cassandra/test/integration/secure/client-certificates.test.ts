import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { AsyncCluster, type ClusterOptions } from 'async-cassandra';
import { EmbeddedCluster } from 'embedded-cassandra';
import { TestCertificates } from '../../support/index.ts';
import { connectFails } from '../support/connect-fails.ts';
import { pairs } from '../support/every-pair.ts';

/** One server that asks clients for a certificate. */
describe('Client certificates', () => {
  let server: EmbeddedCluster;
  before(async () => {
    server = await EmbeddedCluster.start({ tls: { clientAuth: true } });
  });
  after(() => server?.stop());

  function options(more: ClusterOptions = {}): ClusterOptions {
    const { contactPoints, localDataCenter, tls } = server;
    const { ca, cert, key } = tls ?? {};
    return { contactPoints, localDataCenter, tls: { ca, cert, key }, ...more };
  }

  for (const pair of pairs) {
    it(`should work on v${pair.protocolVersion} with compression ${pair.compression}`, async () => {
      await using cluster = new AsyncCluster(options(pair));
      const session = await cluster.connect();
      const results = await Promise.all(
        Array.from({ length: 200 }, (_, n) => session.execute(`SELECT (int) ${n} AS n FROM system.local`)),
      );
      for (const [n, result] of results.entries()) assert.equal(result.one()?.['n'], n);
      const prepared = await session.execute('SELECT key FROM system.local WHERE key = ?', ['local']);
      assert.equal(prepared.one()?.['key'], 'local');
    });
  }

  it('should refuse a client without a certificate', async () => {
    const error = await connectFails(options({ tls: { ca: server.tls?.ca } }));
    assert.equal(error.outcome, 'notSent');
  });

  it('should refuse a client whose certificate is of another authority', async () => {
    const certificates = await TestCertificates.create();
    const { cert, key } = await certificates.client('stranger');
    await certificates.dispose();
    const error = await connectFails(options({ tls: { ca: server.tls?.ca, cert, key } }));
    assert.equal(error.outcome, 'notSent');
  });

  it('should show the certificate of the moment on each new connection', async () => {
    const next = await server.issueClientCertificate('second');
    const given: string[] = [];
    const { ca, cert = '', key } = server.tls ?? {};
    let current = { cert, key };
    const rotating = options({
      tls: () => {
        given.push(current.cert);
        return { ca, ...current };
      },
    });
    await using cluster = new AsyncCluster(rotating);
    await cluster.connect();
    current = { cert: next.cert, key: next.key };
    const session = await cluster.connect();
    assert.equal((await session.execute('SELECT key FROM system.local')).one()?.['key'], 'local');
    assert.equal(given[0], cert);
    assert.equal(given.at(-1), next.cert);
  });
});
