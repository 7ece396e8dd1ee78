import assert from 'node:assert/strict';
import { type ChannelListener, subscribe, tracingChannel, unsubscribe } from 'node:diagnostics_channel';
import { afterEach, describe, it } from 'node:test';
import {
  type AttemptMessage,
  channelNames,
  type ControlConnectionMessage,
  type NodeMessage,
  type RequestMessage,
  type StreamMessage,
} from '../../../src/diagnostics/index.ts';
import { error, generatedRows, rows, sequence, t } from '../../support/index.ts';
import { type HarnessOptions, SessionHarness } from '../../support/session/session-harness.ts';

const CQL = 'SELECT * FROM shop.users WHERE id = ?';
const bind = { bind: { id: t.int } };
const releases: (() => void)[] = [];

afterEach(() => {
  for (const release of releases.splice(0)) release();
});

/** Notes what a tracing channel tells: events in order, and the message of each. */
function follow<M extends object>(name: string): { readonly events: [string, M][]; stop(): void } {
  const events: [string, M][] = [];
  const note = (event: string) => (message: unknown) => void events.push([event, message as M]);
  const handlers = {
    start: note('start'),
    end: note('end'),
    asyncStart: note('asyncStart'),
    asyncEnd: note('asyncEnd'),
    error: note('error'),
  };
  const channel = tracingChannel<object>(name);
  channel.subscribe(handlers);
  const stop = (): void => void channel.unsubscribe(handlers);
  releases.push(stop);
  return { events, stop };
}

/** Notes what a plain channel tells. */
function listen<M>(name: string): M[] {
  const messages: M[] = [];
  const listener: ChannelListener = (message) => void messages.push(message as M);
  subscribe(name, listener);
  releases.push(() => void unsubscribe(name, listener));
  return messages;
}

async function start(options: HarnessOptions = {}): Promise<SessionHarness> {
  const h = await SessionHarness.start(options);
  h.servers.when(CQL, rows({ id: t.int }, [[1]]), bind);
  return h;
}

describe('the diagnostics channels', () => {
  it('should tell a request from start to end by one object, without its values', async () => {
    await using h = await start();
    const { events } = follow<RequestMessage>(channelNames.execute);
    const prepares = follow<RequestMessage>(channelNames.prepare);
    await h.settle(h.session.execute(CQL, [4_711], { consistency: 'QUORUM' }));
    assert.deepEqual(
      events.map(([event]) => event),
      ['start', 'end', 'asyncStart', 'asyncEnd'],
    );
    const message = events[0]?.[1] as RequestMessage;
    assert.ok(events.every(([, each]) => each === message));
    const { durationMs, hostId, ...rest } = message;
    assert.ok(durationMs !== undefined && durationMs >= 2);
    assert.ok(hostId !== undefined && h.cluster.metadata.nodes.has(hostId));
    assert.deepEqual(rest, {
      type: 'query',
      cql: CQL,
      operation: 'SELECT',
      keyspace: 'shop',
      table: 'users',
      consistency: 'QUORUM',
      isIdempotent: true,
      parameterCount: 1,
      batchSize: undefined,
      stream: undefined,
      attempts: 1,
      speculativeExecutions: 0,
      node: '10.0.0.1:9042',
      dataCenter: 'datacenter1',
      rows: 1,
    });
    assert.deepEqual(
      prepares.events.map(([event, { type, cql }]) => [event, type, cql]),
      ['start', 'end', 'asyncStart', 'asyncEnd'].map((event) => [event, 'prepare', CQL]),
    );
  });

  it('should tell errors, and attempts below their request', async () => {
    await using h = await start({ nodes: 2 });
    const cql = 'SELECT * FROM shop.users WHERE id = 1';
    h.servers.when(cql, sequence(error('overloaded'), error('invalid')));
    const executes = follow<RequestMessage>(channelNames.execute);
    const { events } = follow<AttemptMessage>(channelNames.attempt);
    const failure = await h.failure(h.session.execute(cql));
    assert.deepEqual(
      executes.events.map(([event, { error: known }]) => [event, known === failure]),
      ['start', 'end', 'error', 'asyncStart', 'asyncEnd'].map((event) => [event, true]),
    );
    const ends = events.filter(([event]) => event === 'asyncEnd').map(([, message]) => message);
    assert.deepEqual(
      ends.map(({ number, ending, error: known, request }) => [number, ending, known?.name, request]),
      [
        [1, 'failed', 'OverloadedError', executes.events[0]?.[1]],
        [2, 'failed', 'InvalidQueryError', executes.events[0]?.[1]],
      ],
    );
    assert.equal(new Set(ends.map(({ node }) => node)).size, 2);
  });

  it('should tell a stream and its pages', async () => {
    await using h = await start();
    h.servers.when(
      'SELECT k FROM shop.t',
      generatedRows({ k: t.int }, 30, (i) => [i]),
    );
    const streams = follow<StreamMessage>(channelNames.stream);
    const { events } = follow<RequestMessage>(channelNames.execute);
    const stream = await h.settle(h.session.executeStream('SELECT k FROM shop.t', [], { fetchSize: 10 }));
    const read = async (): Promise<void> => {
      for await (const _row of stream);
    };
    await h.settle(read());
    const message = streams.events[0]?.[1] as StreamMessage;
    assert.deepEqual([message.ending, message.pages, message.rows], ['completed', 3, 30]);
    const begun = events.filter(([event]) => event === 'start');
    assert.deepEqual(
      begun.map(([, request]) => [request.type, request.stream === message]),
      [
        ['query', true],
        ['page', true],
        ['page', true],
      ],
    );
  });

  it('should notice who subscribes and who leaves while the session works', async () => {
    await using h = await start();
    await h.settle(h.session.execute(CQL, [1]));
    assert.equal(h.session.counters.trackerFailures, 0);
    const first = follow<RequestMessage>(channelNames.execute);
    await h.settle(h.session.execute(CQL, [1]));
    assert.equal(first.events.length, 4);
    const under = h.session.execute(CQL, [1]);
    first.stop();
    await h.settle(under);
    await h.settle(h.session.execute(CQL, [1]));
    assert.equal(first.events.length, 6, 'start and end of the one that was under way');
    const again = follow<RequestMessage>(channelNames.execute);
    await h.settle(h.session.execute(CQL, [1]));
    assert.equal(again.events.length, 4);
  });

  it('should enter the stores that are bound to a channel', async () => {
    const { AsyncLocalStorage } = await import('node:async_hooks');
    await using h = await start();
    const store = new AsyncLocalStorage<object>();
    const channel = tracingChannel<object>(channelNames.execute);
    const seen: unknown[] = [];
    channel.start.bindStore(store, (message) => ({ of: (message as RequestMessage).table }));
    const listener: ChannelListener = () => void seen.push(store.getStore());
    channel.start.subscribe(listener);
    releases.push(() => {
      channel.start.unsubscribe(listener);
      channel.start.unbindStore(store);
    });
    await h.settle(h.session.execute(CQL, [1]));
    assert.deepEqual(seen, [{ of: 'users' }]);
    assert.equal(store.getStore(), undefined);
  });

  it('should tell nodes and connections that come and go', async () => {
    const opened = listen<NodeMessage>(channelNames.connectionOpen);
    const closed = listen<NodeMessage>(channelNames.connectionClose);
    const control = listen<ControlConnectionMessage>(channelNames.controlConnectionOpen);
    const lost = listen<ControlConnectionMessage>(channelNames.controlConnectionLost);
    const up = listen<NodeMessage>(channelNames.nodeUp);
    const down = listen<NodeMessage>(channelNames.nodeDown);
    await using h = await start({ nodes: 2 });
    assert.equal(opened.length, 3, 'the control connection, and one of the session to each node');
    assert.equal(control.length, 1);
    const name = control[0]?.node as string;
    const node = h.servers.nodes.find(({ host }) => name.startsWith(`${host}:`));
    await node?.stop();
    await h.clock.advance(5_000);
    assert.equal(lost[0]?.node, name);
    assert.equal(lost[0]?.error?.name, 'ConnectionError');
    assert.ok(closed.every((message) => message.node === name));
    assert.equal(closed.length, 2);
    assert.deepEqual(
      down.map((message) => message.node),
      [name],
    );
    assert.equal(control.length, 2, 'it goes to the other node');
    await node?.start();
    await h.clock.advance(60_000);
    assert.deepEqual(
      up.filter((message) => message.node === name).map(({ hostId, dataCenter, rack }) => [hostId, dataCenter, rack]),
      [[closed[0]?.hostId, 'datacenter1', 'rack1']],
    );
  });
});
