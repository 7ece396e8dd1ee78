import { AsyncCluster } from 'async-cassandra';
import { openTarget } from './target.ts';
import { formatTable, type Measurement } from './report.ts';
import { createSchema, KEYSPACE } from './schema.ts';
import { loadOrders, moveMoney, openAccountOnce, readOrders, streamOrders, writeExoticTypes } from './steps.ts';

const ROWS = Number(process.env['QUICKSTART_ROWS'] ?? 100_000);

/** One signal for Ctrl-C, whenever it comes: everything under way ends, and what was started is stopped. */
function abortOnCtrlC(): AbortSignal {
  const controller = new AbortController();
  const abort = (): void => controller.abort(new Error('Interrupted'));
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, abort);
  return controller.signal;
}

async function run(signal: AbortSignal): Promise<readonly Measurement[]> {
  await using target = await openTarget(signal);
  await using cluster = new AsyncCluster(target.options);
  const setup = await cluster.connect();
  await createSchema(setup);
  await setup.close();
  signal.throwIfAborted();
  const session = await cluster.connect(KEYSPACE);
  return [
    await loadOrders(session, ROWS, signal),
    await readOrders(session, ROWS, ROWS, signal),
    await streamOrders(session, ROWS, signal),
    await openAccountOnce(session),
    await moveMoney(session),
    await writeExoticTypes(session),
  ];
}

const HOW_TO_GO_ON = `
Everything above ran through the driver in packages/async-cassandra.
  A cluster of your own:  CASSANDRA_CONTACT_POINTS=10.0.0.1 CASSANDRA_DATA_CENTER=dc1 npm start
  The tests:              npm test
  The source of this job: examples/quickstart/`;

const signal = abortOnCtrlC();
try {
  const measurements = await run(signal);
  console.log(`\n${formatTable(measurements)}\n${HOW_TO_GO_ON}`);
} catch (error) {
  if (signal.aborted) {
    console.error('\nInterrupted: everything that was started has been stopped');
    process.exitCode = 130;
  } else {
    console.error(error);
    process.exitCode = 1;
  }
}
