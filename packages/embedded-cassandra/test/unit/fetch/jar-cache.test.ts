import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import { jarFileName } from '../../../src/catalogue/release.ts';
import { ensureJars } from '../../../src/fetch/jar-cache.ts';
import type { Progress } from '../../../src/progress.ts';
import { cacheOptions, fetchJars } from '../../support/fetch-jars.ts';
import { eventually, importingSources } from '../../support/processes.ts';
import { repositoryServer } from '../../support/repository-server.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { type TinyRelease, tinyRelease, writeRepository } from '../../support/tiny-release.ts';

function fetchInProcess(folder: string, tiny: TinyRelease, cache: string, repository: string): ChildProcess {
  const file = join(folder, 'release.json');
  writeFileSync(file, JSON.stringify(tiny.release));
  const script = new URL('../../support/fetch-process.ts', import.meta.url).pathname;
  const args = [...importingSources, script, file, cache, repository];
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  return spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'], env });
}

describe('the cache of jars', () => {
  it('should fetch every jar once and find it the next time', async (t) => {
    const tiny = tinyRelease();
    const cache = join(temporaryFolder(t), 'deep', 'cache');
    const server = await repositoryServer(t, tiny);
    const jars = await fetchJars(tiny, cache, server.address);
    assert.deepEqual(
      jars.map((path) => readFileSync(path)),
      [...tiny.contents.values()],
    );
    assert.deepEqual([...server.requests].sort(), [...tiny.contents.keys()].sort());
    await fetchJars(tiny, cache, 'http://127.0.0.1:1/nowhere');
    assert.deepEqual(readdirSync(cache), ['0.0.1']);
  });

  it('should count jars and bytes up to the total', async (t) => {
    const tiny = tinyRelease(3);
    const folder = temporaryFolder(t);
    const seen: Progress[] = [];
    const options = cacheOptions(tiny, join(folder, 'cache'), writeRepository(join(folder, 'repository'), tiny));
    await ensureJars({ ...options, onProgress: (progress) => seen.push(progress) });
    const last = seen.at(-1);
    assert.ok(last?.phase === 'fetch');
    assert.equal(seen.length, 4);
    assert.equal(last.jarsDone, last.jarsTotal);
    assert.equal(last.bytesDone, last.bytesTotal);
    assert.equal(last.bytesTotal, 30_003);
  });

  for (const [what, damage] of [
    ['other bytes', (content: Buffer) => Buffer.alloc(content.length, 1)],
    ['too few bytes', (content: Buffer) => content.subarray(1)],
    ['too many bytes', (content: Buffer) => Buffer.concat([content, content])],
  ] as const) {
    it(`should refuse a jar of ${what} and keep nothing of it`, async (t) => {
      const tiny = tinyRelease(8);
      const folder = temporaryFolder(t);
      const [path = '', content = Buffer.alloc(0)] = [...tiny.contents][4] ?? [];
      const server = await repositoryServer(t, tiny, (asked, response) => {
        if (asked !== path) return false;
        response.end(damage(content));
        return true;
      });
      await assert.rejects(fetchJars(tiny, folder, server.address), {
        code: 'CORRUPT_DOWNLOAD',
        message: /artifact-4-1\.4\.jar.*SHA-256/,
      });
      assert.ok(!existsSync(join(folder, '0.0.1')));
      const left = readdirSync(folder, { recursive: true, encoding: 'utf8' });
      assert.ok(
        !left.some((name) => name.includes('artifact-4') || name.endsWith('.download') || name.endsWith('.lock')),
        left.join(),
      );
    });
  }

  it('should go on where an interrupted fetch stopped', async (t) => {
    const tiny = tinyRelease(10);
    const folder = temporaryFolder(t);
    let isBroken = true;
    const broken = [...tiny.contents.keys()].at(-1);
    const server = await repositoryServer(t, tiny, (path, response) => {
      if (!isBroken || path !== broken) return false;
      response.writeHead(404).end();
      return true;
    });
    await assert.rejects(fetchJars(tiny, folder, server.address), { code: 'FETCH_FAILED', message: /HTTP status 404/ });
    isBroken = false;
    const before = server.requests.length;
    await fetchJars(tiny, folder, server.address);
    assert.ok(server.requests.length - before < 10, 'verified jars are not fetched again');
    assert.deepEqual(readdirSync(folder), ['0.0.1']);
  });

  it('should fetch again what was damaged in the cache', async (t) => {
    const tiny = tinyRelease();
    const folder = temporaryFolder(t);
    const server = await repositoryServer(t, tiny);
    const jars = await fetchJars(tiny, folder, server.address);
    truncateSync(jars[2] ?? '', 10);
    const before = server.requests.length;
    await fetchJars(tiny, folder, server.address);
    assert.equal(server.requests.length - before, 1);
    assert.deepEqual(readFileSync(jars[2] ?? ''), [...tiny.contents.values()][2]);
  });

  it('should notice changed bytes when told to verify', async (t) => {
    const tiny = tinyRelease();
    const folder = temporaryFolder(t);
    const server = await repositoryServer(t, tiny);
    const [first = ''] = await fetchJars(tiny, folder, server.address);
    writeFileSync(first, Buffer.alloc(10_000, 7));
    await ensureJars({ ...cacheOptions(tiny, folder, server.address), verify: true });
    assert.deepEqual(readFileSync(first), [...tiny.contents.values()][0]);
  });

  it('should say that nothing is cached when the network is away', async (t) => {
    const tiny = tinyRelease(2);
    await assert.rejects(fetchJars(tiny, temporaryFolder(t), 'http://127.0.0.1:1/maven'), {
      code: 'FETCH_FAILED',
      message: /127\.0\.0\.1:1\/maven.*not in the cache/,
    });
  });

  it('should ask again after a passing failure', async (t) => {
    const tiny = tinyRelease(1);
    let failures = 2;
    const server = await repositoryServer(t, tiny, (_, response) => {
      if (failures-- <= 0) return false;
      response.writeHead(503).end();
      return true;
    });
    await fetchJars(tiny, temporaryFolder(t), server.address);
    assert.equal(server.requests.length, 3);
  });

  it('should end when it is aborted, and leave no unverified file', async (t) => {
    const tiny = tinyRelease(8, 500_000);
    const folder = temporaryFolder(t);
    const controller = new AbortController();
    const server = await repositoryServer(t, tiny, (_, response) => {
      response.write('something');
      controller.abort();
      return true;
    });
    const options = { ...cacheOptions(tiny, folder, server.address), signal: controller.signal };
    await assert.rejects(ensureJars(options), { code: 'ABORTED' });
    assert.deepEqual(readdirSync(folder, { recursive: true }), []);
  });

  it('should say what to do when the cache cannot be written', async (t) => {
    const folder = temporaryFolder(t);
    writeFileSync(join(folder, 'file'), '');
    await assert.rejects(fetchJars(tinyRelease(), join(folder, 'file', 'cache'), folder), {
      code: 'CACHE_UNUSABLE',
      message: /permissions.*cacheDir/,
    });
  });

  it('should let two processes that start at once fetch each jar only once', async (t) => {
    const tiny = tinyRelease(12, 50_000);
    const folder = temporaryFolder(t);
    const server = await repositoryServer(t, tiny);
    const cache = join(folder, 'cache');
    const both = [
      fetchInProcess(folder, tiny, cache, server.address),
      fetchInProcess(folder, tiny, cache, server.address),
    ];
    const results = await Promise.all(
      both.map(async (child) => (child.stdout === null ? '' : await text(child.stdout))),
    );
    assert.deepEqual(results, ['12\n', '12\n']);
    assert.equal(server.requests.length, 12);
    assert.deepEqual(readdirSync(cache), ['0.0.1']);
  });

  it('should survive a fetch that is killed in the middle', async (t) => {
    const tiny = tinyRelease(10, 50_000);
    const folder = temporaryFolder(t);
    const cache = join(folder, 'cache');
    let stuck = true;
    const slow = jarFileName(tiny.release.jars[7] ?? assert.fail());
    const server = await repositoryServer(t, tiny, (path, response) => {
      if (!stuck || !path.endsWith(slow)) return false;
      response.write(Buffer.alloc(20_000)); // and never the rest
      return true;
    });
    const child = fetchInProcess(folder, tiny, cache, server.address);
    await eventually('the jar is asked for', () => server.requests.some((path) => path.endsWith(slow)));
    await eventually('other jars are in place', () => readdirSync(join(cache, '0.0.1.partial')).length >= 5);
    child.kill('SIGKILL');
    await once(child, 'exit');
    assert.ok(existsSync(join(cache, '0.0.1.lock')), 'it died while it held the lock');
    assert.ok(!existsSync(join(cache, '0.0.1')));
    stuck = false;
    const jars = await fetchJars(tiny, cache, server.address);
    assert.deepEqual(
      jars.map((path) => readFileSync(path)),
      [...tiny.contents.values()],
    );
    assert.deepEqual(readdirSync(cache), ['0.0.1']);
    assert.deepEqual(readdirSync(join(cache, '0.0.1')).sort(), tiny.release.jars.map(jarFileName).sort());
  });
});
