import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { TlsOptions } from 'node:tls';
import {
  type Connection,
  createSystemSeams,
  DeadlineTicker,
  type EndPoint,
  openConnection,
  query,
  type TlsConnectionOptions,
} from '../../../src/connection/index.ts';
import { ConnectionError } from '../../../src/errors/index.ts';
import { rows, ScriptedServer, t, TestCertificates } from '../../support/index.ts';
import type { KeyPair } from '../../support/tls-certificates.ts';
import { configFor, rejection } from './harness.ts';

const seams = createSystemSeams();

describe('TLS', () => {
  let certificates: TestCertificates;
  let byAddress: KeyPair;
  let byName: KeyPair;
  let client: KeyPair;

  before(async () => {
    certificates = await TestCertificates.create();
    byAddress = await certificates.server(['IP:127.0.0.1']);
    byName = await certificates.server(['DNS:node1.cassandra.test']);
    client = await certificates.client();
  });
  after(() => certificates.dispose());

  async function meet(
    server: TlsOptions,
    tls: TlsConnectionOptions | ((endPoint: EndPoint) => TlsConnectionOptions),
    serverName?: string,
  ): Promise<Connection> {
    const scripted = await ScriptedServer.start({ tls: server });
    scripted.when('SELECT', rows({ text: t.text }, [['x'.repeat(200_000)]]));
    const config = {
      ...configFor(seams, new DeadlineTicker(seams.timers)),
      tls: typeof tls === 'function' ? tls : (): TlsConnectionOptions => tls,
    };
    try {
      const endPoint = { host: '127.0.0.1', port: scripted.port, ...(serverName === undefined ? {} : { serverName }) };
      const connection = await openConnection(config, endPoint);
      const found = await query(connection, 'SELECT', 5000);
      assert.deepEqual(found, [{ text: 'x'.repeat(200_000) }]);
      assert.deepEqual(scripted.faults, []);
      connection.close();
      await connection.closed();
      return connection;
    } finally {
      await scripted.stop();
    }
  }

  async function refused(
    ...given: Parameters<typeof meet>
  ): Promise<ConnectionError & { readonly cause: Error & { code: string } }> {
    const failure = await rejection(meet(...given));
    assert.ok(failure instanceof ConnectionError, String(failure));
    assert.match(failure.message, /option tls/);
    return failure as ConnectionError & { readonly cause: Error & { code: string } };
  }

  it('should accept a certificate that names the IP address, and carry large replies', async () => {
    await meet(byAddress, { ca: certificates.ca });
  });

  it('should accept a certificate of the host name that the address was looked up from', async () => {
    await meet(byName, { ca: certificates.ca }, 'node1.cassandra.test');
  });

  it('should verify the option servername before any other name', async () => {
    await meet(byName, { ca: certificates.ca, servername: 'node1.cassandra.test' });
    await meet(byName, { ca: certificates.ca, servername: 'node1.cassandra.test' }, 'other.test');
  });

  it('should fall back to the name it knows when servername is given as undefined', async () => {
    const options = { ca: certificates.ca, servername: undefined } as unknown as TlsConnectionOptions;
    await meet(byName, options, 'node1.cassandra.test');
  });

  it('should refuse a certificate that names neither address nor host', async () => {
    for (const [pair, serverName] of [
      [byName, undefined],
      [byName, 'node2.cassandra.test'],
      [byAddress, 'node1.cassandra.test'],
      [await certificates.server(['IP:127.0.0.2']), undefined],
      [await certificates.server(['DNS:127.0.0.1']), undefined],
    ] as const) {
      const failure = await refused(pair, { ca: certificates.ca }, serverName);
      assert.match(failure.message, /ERR_TLS_CERT_ALTNAME_INVALID/);
      assert.equal(failure.cause.code, 'ERR_TLS_CERT_ALTNAME_INVALID');
    }
  });

  it('should take an address given as server name for an address', async () => {
    await meet(byAddress, { ca: certificates.ca }, '127.0.0.1');
  });

  it('should refuse an authority it does not trust, and an expired certificate', async () => {
    assert.match((await refused(byAddress, {})).message, /UNABLE_TO_VERIFY|SELF_SIGNED/);
    const expired = await certificates.server(['IP:127.0.0.1'], { expired: true });
    assert.match((await refused(expired, { ca: certificates.ca })).message, /CERT_HAS_EXPIRED/);
  });

  it('should accept any certificate only when told so', async () => {
    await meet(byName, { rejectUnauthorized: false });
  });

  it('should show its own certificate to a server that wants one, and fail without', async () => {
    const server = { ...byAddress, ca: certificates.ca, requestCert: true, rejectUnauthorized: true };
    await meet(server, { ca: certificates.ca, ...client });
    const failure = await rejection(meet(server, { ca: certificates.ca }));
    assert.ok(failure instanceof ConnectionError);
    const stranger = await TestCertificates.create();
    const foreign = await stranger.client();
    await stranger.dispose();
    assert.ok((await rejection(meet(server, { ca: certificates.ca, ...foreign }))) instanceof ConnectionError);
  });

  it('should ask a function for the options of each connection, so that certificates may rotate', async () => {
    const server = { ...byAddress, ca: certificates.ca, requestCert: true, rejectUnauthorized: true };
    let current: TlsConnectionOptions = {};
    const asked: EndPoint[] = [];
    const tls = (endPoint: EndPoint): TlsConnectionOptions => {
      asked.push(endPoint);
      return { ca: certificates.ca, ...current };
    };
    assert.ok((await rejection(meet(server, tls))) instanceof ConnectionError);
    current = client;
    await meet(server, tls);
    current = await certificates.client('renewed');
    await meet(server, tls);
    assert.equal(asked.length, 3);
    assert.equal(asked[0]?.host, '127.0.0.1');
  });

  it('should fail against a server without TLS, and without TLS against one that has it', async () => {
    await using plain = await ScriptedServer.start();
    const config = configFor(seams, new DeadlineTicker(seams.timers));
    const to = { host: plain.host, port: plain.port };
    const failure = await rejection(openConnection({ ...config, tls: () => ({}), connectTimeoutMs: 500 }, to));
    assert.ok(failure instanceof Error && 'outcome' in failure);
    await using secure = await ScriptedServer.start({ tls: byAddress });
    const other = await rejection(openConnection(config, { host: secure.host, port: secure.port }));
    assert.ok(other instanceof ConnectionError);
  });

  it('should fail on keys that make no sense, without a socket left', async () => {
    const failure = await refused(byAddress, { ca: certificates.ca, key: 'no key', cert: 'no certificate' });
    assert.ok(failure.cause instanceof Error);
  });
});
