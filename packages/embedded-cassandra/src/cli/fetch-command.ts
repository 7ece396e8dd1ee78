import type { Command } from 'commander';
import { supportedVersions } from '../catalogue/release.ts';
import { fetchCassandra } from '../cluster/fetch-cassandra.ts';
import { abortOnSignals } from './abort-on-signals.ts';
import { createProgressDisplay } from './progress-display.ts';

interface FetchFlags {
  readonly version?: string;
  readonly repository?: string;
  readonly cacheDir?: string;
}

/** `embedded-cassandra fetch` */
export function addFetchCommand(program: Command): void {
  program
    .command('fetch')
    .description('fetch Cassandra into the cache and verify every file, without starting it')
    .option('--version <version>', `Cassandra's version: ${supportedVersions().join(', ')}`)
    .option('--repository <address>', 'root of a Maven repository, instead of Maven')
    .option('--cache-dir <folder>', 'where files are kept between runs')
    .action(async (flags: FetchFlags) => {
      const display = createProgressDisplay(process.stderr);
      const stop = abortOnSignals();
      try {
        const { onProgress, logger } = display;
        const { version, folder, jars } = await fetchCassandra({ ...flags, onProgress, logger, signal: stop.signal });
        display.finish();
        process.stdout.write(`Cassandra ${version}: ${String(jars.length)} verified jars in ${folder}\n`);
      } finally {
        display.finish();
        stop.release();
      }
    });
}
