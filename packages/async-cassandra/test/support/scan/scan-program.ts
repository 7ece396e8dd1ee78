/**
 * A program that scans a table and is going to be killed: `scan-program.ts <options as JSON>`. It writes a line for each so
 * many rows, with their numbers and the checkpoint: who has read the line has both or neither.
 */
import { once } from 'node:events';
import { AsyncCluster, type ScanCheckpoint } from 'async-cassandra';

/** What the program is told. */
export interface ScanProgramOptions {
  readonly contactPoints: readonly string[];
  readonly localDataCenter: string;
  readonly keyspace: string;
  readonly protocolVersion: 4 | 5;
  readonly fetchSize: number;
  readonly concurrency: number;
  /** Rows a line. */
  readonly batch: number;
  readonly checkpoint: ScanCheckpoint | null;
}

/** One line of its output. */
export interface ScanProgramLine {
  readonly numbers: readonly number[];
  readonly checkpoint: ScanCheckpoint;
  readonly isEnd: boolean;
}

const { contactPoints, localDataCenter, keyspace, protocolVersion, fetchSize, concurrency, batch, checkpoint } =
  JSON.parse(process.argv[2] ?? '') as ScanProgramOptions;
await using cluster = new AsyncCluster({ contactPoints, localDataCenter, protocolVersion });
const session = await cluster.connect(keyspace);
const scan = session.scan('numbered', {
  columns: ['n'],
  fetchSize,
  concurrency,
  ...(checkpoint === null ? {} : { resumeFrom: checkpoint }),
});
let numbers: number[] = [];
const write = async (isEnd: boolean): Promise<void> => {
  const line: ScanProgramLine = { numbers, checkpoint: scan.checkpoint, isEnd };
  numbers = [];
  if (!process.stdout.write(`${JSON.stringify(line)}\n`)) await once(process.stdout, 'drain');
};
for await (const row of scan) {
  numbers.push(row['n'] as number);
  if (numbers.length === batch) await write(false);
}
await write(true);
