import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fc } from '../../support/fast-check.ts';
import {
  type Connection,
  type ConnectionConfig,
  negotiateConnection,
  openConnection,
} from '../../../src/connection/index.ts';
import { AsyncCassandraError, ConnectionError } from '../../../src/errors/index.ts';
import { delayed, voidResult } from '../../support/index.ts';
import { propertyRuns } from '../../support/property-runs.ts';
import { encodeEnvelope, encodeFrame } from '../../support/wire/index.ts';
import { endPoint, Harness, TestRequest } from '../../unit/connection/harness.ts';

const pair: fc.Arbitrary<Pick<ConnectionConfig, 'protocolVersion' | 'compression'>> = fc.constantFrom(
  { protocolVersion: 4, compression: 'none' },
  { protocolVersion: 4, compression: 'snappy' },
  { protocolVersion: 4, compression: 'lz4' },
  { protocolVersion: 5, compression: 'none' },
  { protocolVersion: 5, compression: 'lz4' },
);

/** An envelope that could be a reply, with any body. */
const envelope = fc
  .record({
    version: fc.constantFrom(4, 5, 5, 4, 3),
    flags: fc.constantFrom(0, 0, 0, 1, 2, 4, 8, 16, 255),
    streamId: fc.oneof(fc.integer({ min: -2, max: 12 }), fc.integer({ min: -32_768, max: 32_767 })),
    opcode: fc.constantFrom(0, 2, 3, 6, 8, 12, 14, 16, 99),
    body: fc.uint8Array({ maxLength: 60 }),
  })
  .map((fields) => encodeEnvelope({ ...fields, isResponse: true, body: Buffer.from(fields.body) }));

const bytes = fc.oneof(
  { weight: 2, arbitrary: fc.uint8Array({ maxLength: 100 }).map((random) => Buffer.from(random)) },
  { weight: 3, arbitrary: envelope },
  {
    weight: 2,
    arbitrary: fc.array(envelope, { maxLength: 3 }).map((parts) => encodeFrame(Buffer.concat(parts), true, 'none')),
  },
  {
    weight: 2,
    arbitrary: fc.array(envelope, { maxLength: 3 }).map((parts) => encodeFrame(Buffer.concat(parts), true, 'lz4')),
  },
);

interface Attack {
  readonly pair: Pick<ConnectionConfig, 'protocolVersion' | 'compression'>;
  /** Milliseconds after the beginning; a round trip takes 4 ms. */
  readonly at: number;
  readonly bytes: Buffer;
}

async function attacked({ pair: chosen, at, bytes: injected }: Attack): Promise<void> {
  const harness = await Harness.start({ ...chosen, maxOrphaned: 20 }, {}, { latencyMs: 2 });
  const { clock } = harness;
  harness.server.when('INSERT', delayed(3, voidResult()));
  const bystander = await clock.settle(openConnection(harness.config, endPoint));
  const begin = clock.now();
  const requests: TestRequest[] = [];
  const outcome = openConnection(harness.config, endPoint, { askSupported: true, eventTypes: ['STATUS_CHANGE'] }).then(
    (connection): Connection => {
      connection.onEvent = (): void => undefined;
      for (let i = 0; i < 10; i++) {
        const one = new TestRequest(() => clock.now());
        if (connection.send(one, 100) >= 0) requests.push(one);
      }
      return connection;
    },
    (error: unknown): AsyncCassandraError => {
      assert.ok(error instanceof AsyncCassandraError, String(error));
      return error;
    },
  );
  await clock.advance(at);
  harness.sockets.inject(injected);
  const result = await clock.settle(outcome);
  await clock.advance(200);
  for (const one of requests) {
    const { error } = one.only;
    if (error !== undefined) assert.ok(error instanceof ConnectionError && error.cause instanceof AsyncCassandraError);
  }
  assert.ok(clock.now() - begin <= 6_000);
  assert.equal(bystander.isOpen, true);
  const check = new TestRequest(() => clock.now());
  bystander.send(check, 1000);
  await clock.advance(20);
  assert.equal(check.only.kind, 'response');
  bystander.close();
  if (!(result instanceof AsyncCassandraError)) {
    assert.equal(result.inFlight, 0);
    result.close();
  }
  await clock.advance(20);
  await harness.assertNothingLeft();
}

describe('A connection that receives any bytes at any moment', () => {
  it('should end each request and itself by typed errors, and harm no other connection', async () => {
    await fc.assert(fc.asyncProperty(fc.record({ pair, at: fc.integer({ min: 0, max: 30 }), bytes }), attacked), {
      numRuns: propertyRuns(3000),
    });
  });

  it('should do so while a version is negotiated', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 4, max: 9 }), bytes, async (at, injected) => {
        const harness = await Harness.start({ connectTimeoutMs: 500 }, { versions: [4] }, { latencyMs: 2 });
        const { clock } = harness;
        const outcome = negotiateConnection(harness.config, endPoint, undefined).catch((error: unknown) => error);
        await clock.advance(at);
        harness.sockets.inject(injected);
        const result = await clock.settle(outcome);
        if (result instanceof AsyncCassandraError) {
          await clock.advance(20);
        } else {
          (result as Connection).close();
          await clock.advance(20);
        }
        await harness.assertNothingLeft();
      }),
      { numRuns: propertyRuns(1000) },
    );
  });
});
