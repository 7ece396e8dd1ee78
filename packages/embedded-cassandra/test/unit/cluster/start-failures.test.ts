import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { EmbeddedCluster, EmbeddedCassandraError } from '../../../src/index.ts';
import { fakeCluster } from '../../support/fake-cluster.ts';
import { fakeJava } from '../../support/fake-program.ts';
import { eventually, processesWith } from '../../support/processes.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

describe('a cluster that cannot start', () => {
  it('should show the end of the log of a node that dies, and leave nothing', async (t) => {
    const script = 'echo "INFO starting"; echo "ERROR Invalid yaml: no such property [nonsense]" >&2; exit 3';
    const { options, workDir, remains } = fakeCluster(temporaryFolder(t), script);
    const failure = await EmbeddedCluster.start(options).catch((error: unknown) => error);
    assert.ok(failure instanceof EmbeddedCassandraError);
    assert.equal(failure.code, 'NODE_DIED');
    assert.match(failure.message, /died while it started \(exit code 3\).*yaml.*\n.*INFO starting\n.*nonsense/s);
    assert.deepEqual(failure.logTail, ['INFO starting', 'ERROR Invalid yaml: no such property [nonsense]']);
    assert.deepEqual(remains(), []);
    assert.deepEqual(processesWith(workDir), []);
  });

  it('should end the other nodes when one dies', async (t) => {
    const folder = temporaryFolder(t);
    const script = `if mkdir ${folder}/once 2>/dev/null; then sleep 0.3; echo gone; exit 1; else exec sleep 98765; fi`;
    const { options, workDir, remains } = fakeCluster(folder, script);
    await assert.rejects(EmbeddedCluster.start({ ...options, nodes: 3 }), { code: 'NODE_DIED' });
    assert.deepEqual(remains(), []);
    await eventually('all are gone', () => processesWith(workDir).length + processesWith('sleep 98765').length === 0);
  });

  it('should end a node that never answers when the time is up', async (t) => {
    const { options, workDir, remains } = fakeCluster(temporaryFolder(t), 'echo "still thinking"; exec sleep 98764');
    await assert.rejects(EmbeddedCluster.start({ ...options, startTimeoutMs: 600 }), {
      code: 'START_TIMEOUT',
      message: /did not answer within 600 ms \(connect ECONNREFUSED.*startTimeoutMs.*still thinking/s,
    });
    assert.deepEqual(remains(), []);
    await eventually('it is gone', () => processesWith(workDir).length + processesWith('sleep 98764').length === 0);
  });

  it('should end at once when it is aborted', async (t) => {
    const { options, workDir, remains } = fakeCluster(temporaryFolder(t), 'exec sleep 98763');
    const controller = new AbortController();
    const starting = EmbeddedCluster.start({ ...options, signal: controller.signal });
    await eventually('it runs', () => processesWith('sleep 98763').length > 0);
    const abortedAt = Date.now();
    controller.abort();
    await assert.rejects(starting, { code: 'ABORTED' });
    assert.ok(Date.now() - abortedAt < 2_000);
    assert.deepEqual(remains(), []);
    await eventually('it is gone', () => processesWith(workDir).length + processesWith('sleep 98763').length === 0);
  });

  it('should start nothing at all with a signal that was aborted before', async (t) => {
    const { options, remains } = fakeCluster(temporaryFolder(t), 'echo started >&2; exit 1');
    await assert.rejects(EmbeddedCluster.start({ ...options, signal: AbortSignal.abort() }), { code: 'ABORTED' });
    assert.deepEqual(remains(), []);
  });

  it('should name the port that is in use', async (t) => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    t.after(() => server.close());
    const { port } = server.address() as AddressInfo;
    const { options, remains } = fakeCluster(temporaryFolder(t), 'exit 0');
    await assert.rejects(EmbeddedCluster.start({ ...options, port }), {
      code: 'PORT_TAKEN',
      message: new RegExp(`Port ${port} `),
    });
    assert.deepEqual(remains(), []);
  });

  it('should try other ports when one is taken meanwhile, and not for ever', async (t) => {
    const folder = temporaryFolder(t);
    const script = `mkdir ${folder}/try-$$; echo "Failed to bind port 9042 on 127.0.0.1."; exit 3`;
    const { options, remains } = fakeCluster(folder, script);
    await assert.rejects(EmbeddedCluster.start(options), { code: 'PORT_TAKEN', message: /Failed to bind/ });
    assert.equal(readdirSync(folder).filter((name) => name.startsWith('try-')).length, 3);
    assert.deepEqual(remains(), []);
  });

  it('should fetch nothing for an unknown version or a wrong Java', async (t) => {
    const folder = temporaryFolder(t);
    const cacheDir = join(folder, 'cache');
    await assert.rejects(EmbeddedCluster.start({ cacheDir, version: '3.11' }), { code: 'UNKNOWN_VERSION' });
    fakeJava(join(folder, 'java'), '21.0.1');
    const javaHome = join(folder, 'java');
    await assert.rejects(EmbeddedCluster.start({ cacheDir, javaHome }), { code: 'WRONG_JAVA' });
    await assert.rejects(EmbeddedCluster.start({ cacheDir, javaHome: folder }), { code: 'NO_JAVA' });
    assert.deepEqual(readdirSync(folder), ['java']);
  });

  it('should say when its folder cannot be made', async (t) => {
    const { options } = fakeCluster(temporaryFolder(t), 'exit 0');
    await assert.rejects(EmbeddedCluster.start({ ...options, workDir: '/no/such/folder' }), {
      code: 'INVALID_OPTION',
      message: /\/no\/such\/folder.*workDir/,
    });
  });
});
