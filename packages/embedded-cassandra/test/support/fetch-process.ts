/** Run by tests as a process of its own: fetches the release described in a file. Arguments: file, cache, repository. */
import { readFileSync } from 'node:fs';
import type { Release } from '../../src/catalogue/release.ts';
import { fetchJars } from './fetch-jars.ts';

const [file = '', cacheDir = '', repository = ''] = process.argv.slice(2);
const release = JSON.parse(readFileSync(file, 'utf8')) as Release;
const jars = await fetchJars({ release, contents: new Map() }, cacheDir, repository);
process.stdout.write(`${jars.length}\n`);
