/**
 * A scan of a million rows on three real nodes, of which one is killed and restarted meanwhile; and one whose process is
 * killed again and again, and goes on in a new one from its last checkpoint. Each row has to come exactly once.
 *
 *     npm run prove -- scan-under-faults
 *
 * `PROPERTY_SCALE` scales the number of rows.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, it } from 'node:test';
import { AsyncCluster, type AsyncCassandraSession, type ScanCheckpoint } from 'async-cassandra';
import { EmbeddedCluster } from 'embedded-cassandra';
import { chooseSeed, SeededRandom } from '../support/index.ts';
import { propertyRuns } from '../support/property-runs.ts';
import { NUMBERED_TABLE, NumberTally, writeNumbered } from '../support/scan/numbered-rows.ts';
import type { ScanProgramLine, ScanProgramOptions } from '../support/scan/scan-program.ts';

const COUNT = propertyRuns(1_000_000);
const KEYSPACE = 'scanned';
/** Has a child process import TypeScript and the packages by name. */
const importingSources = ['--import', new URL('../../../../scripts/loader/register.mjs', import.meta.url).href];
const seed = chooseSeed() >>> 0;
const random = new SeededRandom(seed);
const say = (text: string): void => void process.stdout.write(`${text}\n`);
const thousands = (rows: number, ms: number): string => `${(rows / ms).toFixed(0)} thousand rows a second`;

describe(`A scan of ${COUNT} rows on three nodes`, () => {
  let servers: EmbeddedCluster;
  let client: AsyncCluster;
  let session: AsyncCassandraSession;

  before(async () => {
    say(`TEST_SEED=${seed}`);
    servers = await EmbeddedCluster.start({ nodes: 3, jvmArgs: ['-XX:TieredStopAtLevel=1'] });
    const { contactPoints, localDataCenter } = servers;
    client = new AsyncCluster({ contactPoints, localDataCenter });
    session = await client.connect();
    const replication = `{'class': 'NetworkTopologyStrategy', '${localDataCenter}': 2}`;
    const schema = { timeoutMs: 60_000 };
    await session.execute(`CREATE KEYSPACE ${KEYSPACE} WITH replication = ${replication}`, undefined, schema);
    await session.setKeyspace(KEYSPACE);
    await session.execute(NUMBERED_TABLE, undefined, schema);
    const begun = performance.now();
    await writeNumbered(session, COUNT);
    say(`written: ${thousands(COUNT, performance.now() - begun)}`);
  });

  after(async () => {
    await client?.shutdown();
    await servers?.stop();
  });

  it('should be published how fast it is', async () => {
    for (const concurrency of [1, 4, 16]) {
      const tally = new NumberTally(COUNT);
      const begun = performance.now();
      const cpu = process.cpuUsage();
      for await (const row of session.scan('numbered', { concurrency })) tally.noteRow(row);
      const { user, system } = process.cpuUsage(cpu);
      const ms = performance.now() - begun;
      say(
        `scan, ${concurrency} at a time: ${thousands(COUNT, ms)}, ${(((user + system) * 1000) / COUNT).toFixed(0)} ns of client CPU a row`,
      );
      assert.deepEqual(tally.faults, { missing: 0, repeated: 0 });
    }
    const begun = performance.now();
    let rows = 0;
    for await (const _ of await session.executeStream('SELECT * FROM numbered')) rows++;
    say(`one stream: ${thousands(rows, performance.now() - begun)}`);
  });

  it('should give each row once while a node is killed and restarted', async () => {
    const tally = new NumberTally(COUNT);
    const victim = random.pick(servers.nodes);
    let restarting: Promise<unknown> = Promise.resolve();
    const events = new Map<number, () => Promise<void> | void>([
      [Math.floor(COUNT * 0.2), () => victim.kill()],
      [
        Math.floor(COUNT * 0.5),
        () => {
          restarting = victim.restart();
        },
      ],
      [Math.floor(COUNT * 0.8), async () => void (await restarting)],
    ]);
    const scan = session.scan('numbered', { fetchSize: 500, concurrency: 8, pageRetries: 100 });
    const begun = performance.now();
    for await (const row of scan) {
      tally.noteRow(row);
      const event = events.get(tally.total);
      if (event === undefined) continue;
      await event();
      say(
        `${((performance.now() - begun) / 1000).toFixed(1)} s: ${tally.total} rows, node ${victim.address}:${victim.port} is ${victim.state}`,
      );
    }
    await restarting;
    assert.deepEqual(tally.faults, { missing: 0, repeated: 0 });
    assert.equal(tally.total, COUNT);
    assert.equal(scan.progress.fraction, 1);
    assert.deepEqual([session.state.openStreams, session.state.inFlight], [0, 0]);
  });

  it('should give each row once though its process is killed and goes on in another', async () => {
    const tally = new NumberTally(COUNT);
    let checkpoint: ScanCheckpoint | null = null;
    let largest = 0;
    let processes = 0;
    for (let isEnd = false; !isEnd; processes++) {
      const options: ScanProgramOptions = {
        contactPoints: servers.contactPoints,
        localDataCenter: servers.localDataCenter,
        keyspace: KEYSPACE,
        protocolVersion: random.pick([4, 5]),
        fetchSize: random.int(100, 5000),
        concurrency: random.int(1, 12),
        batch: random.int(10, 2000),
        checkpoint,
      };
      const rows = processes < 5 ? random.int(1, Math.ceil(COUNT / 5)) : Infinity;
      for await (const line of linesOf(options, rows)) {
        line.numbers.forEach((n) => tally.note(n));
        ({ checkpoint, isEnd } = line);
        largest = Math.max(largest, JSON.stringify(checkpoint).length);
      }
    }
    say(`${processes} processes; the largest checkpoint had ${largest} characters`);
    assert.deepEqual(tally.faults, { missing: 0, repeated: 0 });
    assert.equal(checkpoint?.rows, COUNT);
    assert.ok(processes > 2);
  });
});

/** What a process of its own writes, until it is killed after so many rows. */
async function* linesOf(options: ScanProgramOptions, rows: number): AsyncGenerator<ScanProgramLine> {
  const program = join(import.meta.dirname, '../support/scan/scan-program.ts');
  const child = spawn(process.execPath, [...importingSources, program, JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const closed = once(child, 'close');
  let count = 0;
  for await (const text of createInterface({ input: child.stdout })) {
    if (count >= rows) continue;
    const line = lineOf(text);
    if (line === null) break;
    count += line.numbers.length;
    yield line;
    if (count >= rows) child.kill('SIGKILL');
  }
  const [code] = (await closed) as [number | null];
  assert.ok(code === 0 || count >= rows, `The program ended with ${code}`);
}

/** A line that was written in part when the program was killed is none. */
function lineOf(text: string): ScanProgramLine | null {
  try {
    return JSON.parse(text) as ScanProgramLine;
  } catch {
    return null;
  }
}
