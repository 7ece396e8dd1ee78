import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AsyncCassandraError } from '../../../src/errors/index.ts';
import {
  chooseSeed,
  delayed,
  generatedRows,
  never,
  SchemaModel,
  SeededRandom,
  t,
  voidResult,
} from '../../support/index.ts';
import { SessionHarness } from '../../support/session/session-harness.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const INSERT = 'INSERT INTO ks.t (k) VALUES (?)';
const SELECT = 'SELECT k FROM ks.t';
const SILENT = 'INSERT INTO ks.t (k) VALUES (2)';
const bind = { bind: { k: t.int } };
const hours = Math.max(3, Math.round(24 * Number(process.env['PROPERTY_SCALE'] ?? 1)));
const seed = chooseSeed() >>> 0;

/** What one life holds when nothing is under way. */
interface Held {
  readonly timers: number;
  readonly links: number;
  readonly openConnections: number;
  readonly prepared: number;
  readonly underWay: readonly number[];
}

/** A day of a service that is mostly idle: one request or two a minute, and all that goes wrong. */
class Day {
  readonly h: SessionHarness;
  readonly random = new SeededRandom(seed);
  #requests: Promise<unknown>[] = [];

  constructor(h: SessionHarness) {
    this.h = h;
  }

  /** Some minutes of ordinary and other things. */
  async pass(minutes: number): Promise<void> {
    for (let minute = 0; minute < minutes; minute++) {
      this.#use();
      if (minute % 10 === 3) this.#tellOfChanges();
      if (minute % 15 === 7) for (const node of this.h.servers.nodes) node.forgetPrepared();
      if (minute % 20 === 11) this.random.pick(this.h.network.openLinks()).cut();
      // A node that says nothing more is found out by its heartbeat alone.
      if (minute === 25) this.random.pick(this.h.network.openLinks()).halfOpen();
      if (minute === 33) await this.h.servers.stopNode(this.h.node(1 + this.random.int(0, 1)));
      if (minute === 41)
        for (const node of this.h.servers.nodes) if (!node.isListening) await this.h.servers.startNode(node);
      await this.h.clock.advance(MINUTE);
    }
  }

  /** Everything settles, as a result or as a typed error. */
  async rest(): Promise<void> {
    await this.h.clock.advance(3 * MINUTE);
    const requests = this.#requests;
    this.#requests = [];
    for (const outcome of await this.h.clock.settle(Promise.all(requests), 1))
      assert.ok(!(outcome instanceof Error) || outcome instanceof AsyncCassandraError, String(outcome));
  }

  held(): Held {
    const { activeOperations, inFlight, queued, openStreams, preparedStatements, nodes } = this.h.session.state;
    return {
      timers: this.h.clock.pending,
      links: this.h.network.openLinks().length,
      openConnections: nodes.reduce((sum, node) => sum + node.openConnections, 0),
      prepared: preparedStatements,
      underWay: [activeOperations, inFlight, queued, openStreams],
    };
  }

  #use(): void {
    const { session } = this.h;
    const stream = async (): Promise<void> => {
      for await (const row of await session.executeStream(SELECT, [], { fetchSize: 10 })) if (row['k'] === 25) break;
    };
    this.#requests.push(
      ...[
        session.execute(INSERT, [1], { idempotent: true }),
        session.execute(SILENT, undefined, { timeoutMs: this.random.int(1, 5000) }),
        session.execute(INSERT, [2], { signal: AbortSignal.abort() }),
        stream(),
      ].map((work) => work.catch((reason: unknown) => reason)),
    );
  }

  #tellOfChanges(): void {
    const { servers } = this.h;
    servers.pushEvent({ type: 'SCHEMA_CHANGE', changeType: 'UPDATED', target: 'KEYSPACE', keyspace: 'ks' });
    const { address, port } = servers.node(0).node;
    servers.pushEvent({ type: 'STATUS_CHANGE', change: 'UP', address, port });
    servers.pushEvent({ type: 'TOPOLOGY_CHANGE', change: 'MOVED_NODE', address, port });
  }
}

test(`${hours} hours of heartbeats, reconnects, refreshes and deadlines should leave as many timers and links as at first`, async (context) => {
  context.diagnostic(`TEST_SEED=${seed}`);
  const schema = new SchemaModel();
  schema.addTable('ks', 't', { k: t.int });
  await using h = await SessionHarness.start({ nodes: 3, servers: { schema, logLimit: 0 }, keyspace: 'ks', seed });
  h.servers.when(INSERT, delayed(5, voidResult()), bind);
  h.servers.when(
    SELECT,
    delayed(
      5,
      generatedRows({ k: t.int }, 40, (i) => [i]),
    ),
  );
  h.servers.when(SILENT, never());
  const day = new Day(h);
  await day.pass(45);
  await day.rest();
  const first = day.held();
  assert.deepEqual(first.underWay, [0, 0, 0, 0]);
  const count = (opcode: 'OPTIONS' | 'QUERY' | 'PREPARE'): number =>
    h.servers.nodes.reduce((sum, node) => sum + node.log.count(opcode), 0);
  const before = { OPTIONS: count('OPTIONS'), QUERY: count('QUERY') };
  const until = h.clock.now() + hours * HOUR;
  while (h.clock.now() < until) {
    await day.pass(57);
    await day.rest();
    assert.deepEqual(day.held(), first, `after ${Math.round(h.clock.now() / HOUR)} hours`);
  }
  // The day was one: connections that are idle for half a minute are probed, and changes read.
  assert.ok(count('OPTIONS') - before.OPTIONS > hours * 60, `${count('OPTIONS')} heartbeats`);
  assert.ok(count('QUERY') - before.QUERY > hours * 20, `${count('QUERY')} queries`);
});
