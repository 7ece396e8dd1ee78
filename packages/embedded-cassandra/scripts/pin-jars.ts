/**
 * Writes `catalogue/<version>.json`: every jar that a Cassandra release needs at run time, with its Maven
 * coordinates, size and SHA-256. Maintainers run it once per release:
 *
 *     npx tsx scripts/pin-jars.ts 5.0.9 11,17
 *
 * Maven resolves the tree of `org.apache.cassandra:cassandra-all`; its checksums guard the download, ours guard
 * everyone who downloads later.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative, sep } from 'node:path';
import type { Jar, Release } from '../src/catalogue/release.ts';

function resolveTree(version: string, folder: string): string {
  const libraries = join(folder, 'lib');
  writeFileSync(
    join(folder, 'pom.xml'),
    `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>embedded-cassandra</groupId><artifactId>pin</artifactId><version>1</version><packaging>pom</packaging>
<dependencies><dependency><groupId>org.apache.cassandra</groupId><artifactId>cassandra-all</artifactId>
<version>${version}</version></dependency></dependencies></project>`,
  );
  const goal = 'dependency:copy-dependencies';
  const options = ['-DincludeScope=runtime', '-Dmdep.useRepositoryLayout=true', `-DoutputDirectory=${libraries}`];
  execFileSync('mvn', ['-B', '-q', goal, ...options], { cwd: folder, stdio: 'inherit' });
  return libraries;
}

function describeJar(root: string, file: string): Jar {
  const parts = relative(root, dirname(file)).split(sep);
  const version = parts.at(-1) ?? '';
  const artifact = parts.at(-2) ?? '';
  const bytes = readFileSync(file);
  const classifier = basename(file, '.jar').slice(`${artifact}-${version}-`.length);
  return {
    group: parts.slice(0, -2).join('.'),
    artifact,
    version,
    ...(classifier === '' ? {} : { classifier }),
    bytes: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
  };
}

const [version, java] = process.argv.slice(2);
if (version === undefined || java === undefined) throw new Error('Usage: pin-jars.ts <version> <java versions>');
const folder = mkdtempSync(join(tmpdir(), 'pin-jars-'));
try {
  const root = resolveTree(version, folder);
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.jar'));
  if (new Set(files.map((name) => basename(name))).size !== files.length) throw new Error('Two jars share a file name');
  const release: Release = {
    version,
    java: java.split(',').map(Number),
    jars: files.sort().map((name) => describeJar(root, join(root, name))),
  };
  const target = new URL(`../catalogue/${version}.json`, import.meta.url);
  const jars = release.jars.map((jar) => `    ${JSON.stringify(jar)}`).join(',\n');
  writeFileSync(
    target,
    `{\n  "version": ${JSON.stringify(version)},\n  "java": ${JSON.stringify(release.java)},\n  "jars": [\n${jars}\n  ]\n}\n`,
  );
  process.stdout.write(`${version}: ${String(files.length)} jars\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
