import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { Release } from '../../../src/catalogue/release.ts';
import { findJava, parseJavaVersion } from '../../../src/java/find-java.ts';
import { fakeJava, fakeProgram } from '../../support/fake-program.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const release: Release = { version: '5.0.9', java: [11, 17], jars: [] };

describe('finding Java', () => {
  it('should take JAVA_HOME before the PATH', async (t) => {
    const folder = temporaryFolder(t);
    const home = join(folder, 'home');
    const command = fakeJava(home, '17.0.15');
    fakeJava(join(folder, 'path'), '11.0.2');
    const environment = { JAVA_HOME: home, PATH: join(folder, 'path', 'bin') };
    assert.deepEqual(await findJava(release, undefined, environment), { command, major: 17 });
  });

  it('should go on to the PATH when JAVA_HOME does not fit', async (t) => {
    const folder = temporaryFolder(t);
    const command = fakeJava(join(folder, 'path'), '11.0.2');
    fakeJava(join(folder, 'home'), '25');
    const environment = { JAVA_HOME: join(folder, 'home'), PATH: `/nowhere:${join(folder, 'path', 'bin')}` };
    assert.deepEqual(await findJava(release, undefined, environment), { command, major: 11 });
    const empty = { ...environment, JAVA_HOME: '' };
    assert.deepEqual(await findJava(release, undefined, empty), { command, major: 11 });
  });

  it('should look at nothing but the option when it is given', async (t) => {
    const folder = temporaryFolder(t);
    fakeJava(join(folder, 'path'), '17');
    fakeJava(join(folder, 'eight'), '1.8.0_292');
    const environment = { PATH: join(folder, 'path', 'bin') };
    await assert.rejects(findJava(release, join(folder, 'eight'), environment), {
      code: 'WRONG_JAVA',
      message: /needs Java 11 or 17, but javaHome has Java 8/,
    });
    await assert.rejects(findJava(release, join(folder, 'none'), environment), {
      code: 'NO_JAVA',
      message: /in .*none/,
    });
  });

  it('should say what is needed when there is none', async (t) => {
    await assert.rejects(findJava(release, undefined, { PATH: temporaryFolder(t) }), {
      code: 'NO_JAVA',
      message: /Cassandra 5\.0\.9 needs Java 11 or 17.*JAVA_HOME/,
    });
  });

  it('should name everything it found that does not fit', async (t) => {
    const folder = temporaryFolder(t);
    fakeJava(join(folder, 'home'), '25.0.3');
    fakeProgram(join(folder, 'bin'), 'java', 'echo broken; exit 1');
    const environment = { JAVA_HOME: join(folder, 'home'), PATH: join(folder, 'bin') };
    await assert.rejects(findJava(release, undefined, environment), {
      code: 'WRONG_JAVA',
      message: /JAVA_HOME has Java 25 and the PATH has .*java, which does not tell its version/,
    });
  });

  it('should read the versions that real ones print', () => {
    assert.equal(parseJavaVersion('openjdk version "17.0.15" 2025-04-15\nOpenJDK Runtime'), 17);
    assert.equal(parseJavaVersion('Picked up JAVA_TOOL_OPTIONS: -Xmx1g\njava version "1.8.0_292"'), 8);
    assert.equal(parseJavaVersion('openjdk version "25-ea" 2025-09-16'), 25);
    assert.equal(parseJavaVersion('openjdk version "11" 2018-09-25'), 11);
    assert.equal(parseJavaVersion('command not found'), null);
  });
});
