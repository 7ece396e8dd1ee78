import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  defaultVersion,
  findRelease,
  jarFileName,
  jarRepositoryPath,
  supportedVersions,
} from '../../../src/catalogue/release.ts';

describe('the catalogue of releases', () => {
  it('should list versions with the newest first and know the default one', () => {
    assert.deepEqual(supportedVersions(), ['5.0.9', '4.1.10']);
    assert.ok(supportedVersions().includes(defaultVersion));
  });

  for (const [version, jars] of [
    ['5.0.9', 100],
    ['4.1.10', 65],
  ] as const) {
    it(`should pin each jar of ${version} by a checksum, under a name of its own`, () => {
      const release = findRelease(version);
      assert.equal(release.version, version);
      assert.equal(release.jars.length, jars);
      assert.equal(new Set(release.jars.map(jarFileName)).size, jars);
      for (const jar of release.jars) {
        assert.match(jar.sha256, /^[0-9a-f]{64}$/);
        assert.ok(jar.bytes > 0);
        assert.match(jarFileName(jar), /^[\w.+-]+\.jar$/);
      }
      assert.ok(release.jars.some((jar) => jar.artifact === 'cassandra-all' && jar.version === version));
    });
  }

  it('should know where a repository keeps a jar', () => {
    const jar = { group: 'io.netty', artifact: 'netty-all', version: '4.1', bytes: 1, sha256: '' };
    assert.equal(jarRepositoryPath(jar), 'io/netty/netty-all/4.1/netty-all-4.1.jar');
    assert.equal(jarFileName({ ...jar, classifier: 'linux' }), 'netty-all-4.1-linux.jar');
  });

  for (const version of ['5.0.0', 'latest', '../package', '']) {
    it(`should refuse version '${version}' and name those it knows`, () => {
      assert.throws(() => findRelease(version), { code: 'UNKNOWN_VERSION', message: /5\.0\.9, 4\.1\.10/ });
    });
  }
});
