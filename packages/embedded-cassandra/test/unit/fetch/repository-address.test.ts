import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { RepositoryAddress } from '../../../src/fetch/repository-address.ts';
import { fetchJars } from '../../support/fetch-jars.ts';
import { repositoryServer } from '../../support/repository-server.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { tinyRelease, writeRepository } from '../../support/tiny-release.ts';

describe('the address of a repository', () => {
  it('should send credentials and show them nowhere', async (t) => {
    const tiny = tinyRelease(1);
    const server = await repositoryServer(t, tiny);
    const address = server.address.replace('http://', 'http://ann:s%3Acret@');
    await fetchJars(tiny, temporaryFolder(t), address);
    assert.equal(server.headers[0]?.authorization, `Basic ${Buffer.from('ann:s:cret').toString('base64')}`);
    assert.doesNotMatch(new RepositoryAddress(address).display, /ann|cret/);
    const failure = await fetchJars(tiny, temporaryFolder(t), 'http://ann:secret@127.0.0.1:1').catch(String);
    assert.doesNotMatch(String(failure), /secret/);
  });

  it('should read a folder, given by path or as a file address', async (t) => {
    const tiny = tinyRelease(2);
    const folder = temporaryFolder(t);
    const repository = writeRepository(join(folder, 'with space'), tiny);
    await fetchJars(tiny, join(folder, 'a'), repository);
    await fetchJars(tiny, join(folder, 'b'), pathToFileURL(repository).href);
  });

  it('should say which file a folder lacks', async (t) => {
    const folder = temporaryFolder(t);
    await assert.rejects(fetchJars(tinyRelease(1), join(folder, 'cache'), folder), {
      code: 'FETCH_FAILED',
      message: /org\/example\/g0\/artifact-0\/1\.0\/artifact-0-1\.0\.jar \(no such file\)/,
    });
  });

  for (const address of ['ftp://example.org/maven', 'https://']) {
    it(`should refuse ${address}`, () => {
      assert.throws(() => new RepositoryAddress(address), {
        code: 'INVALID_OPTION',
        message: /http:, https: or file:/,
      });
    });
  }

  it('should follow a redirect', async (t) => {
    const tiny = tinyRelease(1);
    const target = await repositoryServer(t, tiny);
    const server = await repositoryServer(t, tiny, (path, response) => {
      response.writeHead(302, { location: `${target.address}/${path}` }).end();
      return true;
    });
    await fetchJars(tiny, temporaryFolder(t), server.address);
    assert.equal(target.requests.length, 1);
  });
});
