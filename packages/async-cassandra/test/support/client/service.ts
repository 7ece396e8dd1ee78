/**
 * A service under load, in a process of its own: `service.ts <contact point> <options of closeOnSignals as JSON>`. It
 * tells `ready`, works until its session refuses, and when it ends writes down what became of its requests.
 */
import { AsyncCluster, closeOnSignals, SessionClosedError } from 'async-cassandra';

const [contactPoint = '', options = '{}'] = process.argv.slice(2);
const cluster = new AsyncCluster({ contactPoints: [contactPoint] });
const session = await cluster.connect();
const log = (level: string) => (_fields: object | string, message?: string) =>
  process.stderr.write(`${level} ${message}\n`);
const closer = closeOnSignals([session, cluster], {
  logger: { info: log('info'), error: log('error') },
  ...JSON.parse(options),
});
const counts = { begun: 0, results: 0, refused: 0, failed: 0, openStreams: 0, closed: false, signal: '' };

process.on('exit', () => {
  const { openStreams, activeOperations } = session.state;
  const final = { ...counts, openStreams, activeOperations, closed: cluster.closed, signal: closer.signal };
  process.stdout.write(`${JSON.stringify(final)}\n`);
});

async function worker(name: number): Promise<void> {
  for (let k = 0; ; k++) {
    counts.begun++;
    try {
      await session.execute('INSERT INTO ks.t (k, v) VALUES (?, ?)', [name, k], { idempotent: true });
      counts.results++;
    } catch (error) {
      if (error instanceof SessionClosedError && error.outcome === 'notSent') counts.refused++;
      else counts.failed++;
      return;
    }
  }
}

const workers = Array.from({ length: 50 }, (_, name) => worker(name));
process.stdout.write('ready\n');
await Promise.all(workers);
