import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { EmbeddedCassandraError } from '../errors.ts';
import { addFetchCommand } from './fetch-command.ts';
import { addStartCommand } from './start-command.ts';

const failed = 1;
const interrupted = 130;

/** The command line. Resolves with the exit code once everything it started has ended. */
export async function main(args: readonly string[]): Promise<number> {
  const program = new Command('embedded-cassandra')
    .description('Starts real Apache Cassandra clusters for tests and development, without Docker')
    .version(ownVersion(), '-V, --package-version', 'print the version of this package')
    .exitOverride();
  addStartCommand(program);
  addFetchCommand(program);
  try {
    await program.parseAsync(args, { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode;
    if (!(error instanceof EmbeddedCassandraError)) throw error;
    process.stderr.write(`${error.code}: ${error.message}\n`);
    return error.code === 'ABORTED' ? interrupted : failed;
  }
}

function ownVersion(): string {
  const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}
