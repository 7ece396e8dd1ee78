import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Jar, jarFileName, jarRepositoryPath, type Release } from '../../src/catalogue/release.ts';

export interface TinyRelease {
  readonly release: Release;
  /** What a jar holds, by its path in a repository. */
  readonly contents: ReadonlyMap<string, Buffer>;
}

/** A release of a few jars made up for a test. */
export function tinyRelease(jars = 5, bytes = 10_000): TinyRelease {
  const contents = new Map<string, Buffer>();
  const list = Array.from({ length: jars }, (_, index): Jar => {
    const content = randomBytes(bytes + index);
    const jar: Jar = {
      group: `org.example.g${index}`,
      artifact: `artifact-${index}`,
      version: `1.${index}`,
      ...(index % 2 === 1 ? { classifier: 'linux' } : {}),
      bytes: content.length,
      sha256: createHash('sha256').update(content).digest('hex'),
    };
    contents.set(jarRepositoryPath(jar), content);
    return jar;
  });
  return { release: { version: '0.0.1', java: [17], jars: list }, contents };
}

/** Lays the jars out as a repository in a folder. */
export function writeRepository(folder: string, { contents }: TinyRelease): string {
  for (const [path, content] of contents) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}

/** Lays the jars out by file name, as Maven's copy-dependencies does. */
export function writeFlat(folder: string, { release, contents }: TinyRelease): string {
  mkdirSync(folder, { recursive: true });
  for (const jar of release.jars) {
    writeFileSync(join(folder, jarFileName(jar)), contents.get(jarRepositoryPath(jar)) ?? '');
  }
  return folder;
}
