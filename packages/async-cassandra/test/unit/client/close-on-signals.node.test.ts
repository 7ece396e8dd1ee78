import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { describe, it } from 'node:test';
import { importingSources } from '../../support/importing-sources.ts';
import { delayed, never, type Reply, ScriptedServer, t, voidResult } from '../../support/index.ts';

const INSERT = 'INSERT INTO ks.t (k, v) VALUES (?, ?)';
const program = new URL('../../support/client/service.ts', import.meta.url).pathname;

interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly counts: Readonly<Record<string, unknown>> | null;
  readonly said: string;
}

/** Runs the service and sends it signals, each when the server has received so many writes more. */
async function serve(
  server: ScriptedServer,
  signals: readonly NodeJS.Signals[],
  options: Readonly<Record<string, unknown>> = {},
): Promise<Ended> {
  const child = spawn(process.execPath, [...importingSources, program, server.contactPoint, JSON.stringify(options)]);
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  let counts: Ended['counts'] = null;
  const lines = createInterface(child.stdout);
  const ended = once(child, 'close') as Promise<[number | null, string | null]>;
  lines.on('line', (line) => {
    if (line !== 'ready') counts = JSON.parse(line) as Ended['counts'];
  });
  await Promise.race([once(lines, 'line'), ended]);
  for (const signal of signals) {
    await received(server, 30);
    child.kill(signal);
    await Promise.race([once(child.stderr, 'data'), ended]);
  }
  const [code, signal] = await ended;
  return { code, signal, counts, said };
}

/** Resolves when the server has received so many requests, or has got none for a while: then all of them wait. */
async function received(server: ScriptedServer, count: number): Promise<void> {
  const before = server.log.total;
  for (let calm = 0, last = before; server.log.total < before + count && calm < 20; ) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    calm = server.log.total === last && last > 5 ? calm + 1 : 0;
    last = server.log.total;
  }
}

async function withServer(reply: Reply, work: (server: ScriptedServer) => Promise<void>): Promise<void> {
  await using server = await ScriptedServer.start();
  server.when(INSERT, reply, { bind: { k: t.int, v: t.int } });
  await work(server);
  assert.deepEqual(server.faults, []);
}

describe('a service that closes on signals', () => {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    it(`should end by itself after ${signal} in the middle of its work, and lose no answer`, () =>
      withServer(delayed(15, voidResult()), async (server) => {
        const { code, signal: killed, counts, said } = await serve(server, [signal]);
        assert.equal(code, 0, said);
        assert.equal(killed, null);
        assert.ok(counts !== null);
        const { begun, results, refused, ...rest } = counts;
        assert.deepEqual(rest, { failed: 0, openStreams: 0, activeOperations: 0, closed: true, signal });
        assert.equal(refused, 50, 'each worker ends with one request that was refused before it was sent');
        assert.equal(begun, Number(results) + 50);
        // What the server has seen is what the service has an answer to: nothing lost, nothing twice.
        assert.equal(server.log.of(INSERT).filter((request) => request.opcodeName === 'EXECUTE').length, results);
        assert.ok(Number(results) >= 30);
        assert.match(said, /info Closing/);
      }));
  }

  it('should end within the drain time when servers do not answer, and give every request its error', () =>
    withServer(never(), async (server) => {
      const { code, counts } = await serve(server, ['SIGTERM'], { drainTimeoutMs: 50 });
      assert.equal(code, 0);
      assert.equal(counts?.['results'], 0);
      assert.equal(counts['failed'], 50);
      assert.equal(counts['activeOperations'], 0);
    }));

  it('should be ended at once by a second signal', () =>
    withServer(never(), async (server) => {
      const { code, signal, counts } = await serve(server, ['SIGTERM', 'SIGTERM'], { drainTimeoutMs: 600_000 });
      assert.equal(code, null);
      assert.equal(signal, 'SIGTERM');
      assert.equal(counts, null);
    }));
});
