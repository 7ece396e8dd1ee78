/** A scripted server with a given number of tables, in a process of its own. Prints its port; ends with its standard input. */
import { ScriptedServer, t } from '../../packages/async-cassandra/test/support/index.ts';
import { COLUMNS, KEYSPACE, tableName } from './bench-schema.ts';

const TYPES = {
  uuid: t.uuid,
  timestamp: t.timestamp,
  text: t.text,
  decimal: t.decimal,
  int: t.int,
  bigint: t.bigint,
  'set<text>': t.set(t.text),
  'map<text, text>': t.map(t.text, t.text),
} as const;

const server = await ScriptedServer.start({ versions: [4, 5], logLimit: 0 });
const columns = Object.fromEntries(
  Object.entries(COLUMNS).map(([name, type]) => [name, TYPES[type as keyof typeof TYPES]]),
);
for (let i = 0; i < Number(process.argv[2]); i++) {
  server.schema.addTable(KEYSPACE, tableName(i), columns, { clusteringKey: ['created_at'] });
}
process.stdout.write(`${server.port}\n`);
process.stdin.resume();
process.stdin.once('end', () => void server.stop());
