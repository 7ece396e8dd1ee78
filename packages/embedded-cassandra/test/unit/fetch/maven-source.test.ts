import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { type Jar, jarFileName } from '../../../src/catalogue/release.ts';
import { MavenSource } from '../../../src/fetch/maven-source.ts';
import { fakeProgram } from '../../support/fake-program.ts';
import { eventually, importingSources, processesWith } from '../../support/processes.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { tinyRelease, writeFlat } from '../../support/tiny-release.ts';

/** Finds `-DoutputDirectory=` and `-f` among the arguments, as Maven does. */
const readArguments = `for each in "$@"; do case "$each" in -DoutputDirectory=*) out="\${each#*=}";; *pom.xml) pom="$each";; esac; done`;

describe('fetching through Maven', () => {
  it('should ask for exactly the pinned files and take them when they are genuine', async (t) => {
    const tiny = tinyRelease(3);
    const folder = temporaryFolder(t);
    const local = writeFlat(join(folder, 'local'), tiny);
    const pom = join(folder, 'seen-pom.xml');
    const script = `${readArguments}\ncp "$pom" ${pom}\nfor f in ${local}/*; do cp $f $out; echo "[INFO] Copying $(basename $f) to $out/$(basename $f)"; done`;
    const maven = new MavenSource(fakeProgram(folder, 'mvn', script));
    const target = join(folder, 'target');
    writeFlat(target, { ...tiny, contents: new Map() });
    const placed: Jar[] = [];
    await maven.fetch({ jars: tiny.release.jars, folder: target, signal: undefined, onJar: (jar) => placed.push(jar) });
    const files = tiny.release.jars.map((jar) => readFileSync(join(target, jarFileName(jar))));
    assert.deepEqual(files, [...tiny.contents.values()]);
    assert.equal(placed.length, 3);
    assert.equal(readdirSync(target).length, 3);
    const text = readFileSync(pom, 'utf8');
    assert.equal(text.match(/<dependency>/g)?.length, 3);
    assert.match(text, /<artifactId>artifact-1<\/artifactId><version>1\.1<\/version><classifier>linux<\/classifier>/);
    assert.equal(text.match(/<groupId>\*<\/groupId>/g)?.length, 3, 'nothing is pulled in by a dependency');
  });

  it('should show the end of what Maven printed when it fails', async (t) => {
    const folder = temporaryFolder(t);
    const lines = 'echo "[ERROR] Could not transfer artifact: Unknown host" >&2; echo "[ERROR] Re-run Maven"';
    const script = `seq 1 40; ${lines}; echo "[ERROR]"; echo "[INFO] the end"; exit 1`;
    const maven = new MavenSource(fakeProgram(folder, 'mvn', script));
    const fetching = maven.fetch({
      jars: tinyRelease().release.jars,
      folder,
      signal: undefined,
      onJar: () => undefined,
    });
    await assert.rejects(fetching, {
      code: 'FETCH_FAILED',
      message: /exit code 1.*not in the cache.*log:\n {2}\[ERROR\] Could not transfer artifact: Unknown host$/s,
    });
    assert.deepEqual(readdirSync(folder), ['mvn']);
  });

  it('should refuse a file that is not the pinned one', async (t) => {
    const tiny = tinyRelease(2);
    const folder = temporaryFolder(t);
    const local = writeFlat(join(folder, 'local'), tiny);
    writeFileSync(join(local, jarFileName(tiny.release.jars[0] ?? assert.fail())), 'something else');
    const maven = new MavenSource(fakeProgram(folder, 'mvn', `${readArguments}\ncp ${local}/* $out`));
    const target = join(folder, 'target');
    writeFlat(target, { ...tiny, release: { ...tiny.release, jars: [] } });
    const fetching = maven.fetch({
      jars: tiny.release.jars,
      folder: target,
      signal: undefined,
      onJar: () => undefined,
    });
    await assert.rejects(fetching, { code: 'CORRUPT_DOWNLOAD', message: /artifact-0-1\.0\.jar/ });
    assert.deepEqual(readdirSync(target), []);
  });

  it('should end Maven when it is aborted', async (t) => {
    const folder = temporaryFolder(t);
    const controller = new AbortController();
    const maven = new MavenSource(fakeProgram(folder, 'mvn', `sleep 987654; echo never`));
    const { jars } = tinyRelease().release;
    const fetching = maven.fetch({ jars, folder, signal: controller.signal, onJar: () => undefined });
    await eventually('Maven runs', () => processesWith('sleep 987654').length > 0);
    controller.abort();
    await assert.rejects(fetching, { code: 'ABORTED' });
    await eventually('its children are gone too', () => processesWith('sleep 987654').length === 0);
    assert.deepEqual(readdirSync(folder), ['mvn']);
  });

  it('should not leave Maven behind when this process is killed', async (t) => {
    const folder = temporaryFolder(t);
    const mvn = fakeProgram(folder, 'mvn', 'sleep 987653');
    const module = new URL('../../../src/fetch/maven-source.ts', import.meta.url).href;
    const code = `import { MavenSource } from '${module}';
      await new MavenSource('${mvn}').fetch({ jars: [], folder: '${folder}', signal: undefined, onJar() {} });`;
    const child = spawn(process.execPath, [...importingSources, '--input-type=module', '-e', code], {
      stdio: 'ignore',
    });
    await eventually('Maven runs', () => processesWith('sleep 987653').length > 0);
    child.kill('SIGKILL');
    await eventually('nothing is left', () => processesWith('sleep 987653').length === 0);
  });
});
