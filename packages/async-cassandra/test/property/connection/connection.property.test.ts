import { describe, it } from 'node:test';
import { fc } from '../../support/fast-check.ts';
import { propertyRuns } from '../../support/property-runs.ts';
import { ConnectionModel, type Step } from './connection-model.ts';

const timeoutMs = fc.constantFrom(1, 15, 40, 200, 5000);
/** What a request does from within whatever it is told. */
const reaction = fc.oneof(
  { weight: 8, arbitrary: fc.constant('none' as const) },
  { weight: 2, arbitrary: fc.constant('send' as const) },
  { weight: 1, arbitrary: fc.constant('cancel' as const) },
  { weight: 1, arbitrary: fc.constant('throwing encoder' as const) },
);

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 30,
    arbitrary: fc.record({
      do: fc.constant('send' as const),
      timeoutMs,
      bytes: fc.oneof(
        { weight: 9, arbitrary: fc.nat(300) },
        { weight: 1, arbitrary: fc.constantFrom(35_000, 140_000) },
      ),
      reaction,
    }),
  },
  { weight: 3, arbitrary: fc.constant<Step>({ do: 'sendThrowing' }) },
  { weight: 12, arbitrary: fc.record({ do: fc.constant('cancel' as const), which: fc.nat(50) }) },
  {
    weight: 12,
    arbitrary: fc.record({
      do: fc.constant('reply' as const),
      which: fc.nat(50),
      count: fc.integer({ min: 1, max: 5 }),
    }),
  },
  { weight: 10, arbitrary: fc.constant<Step>({ do: 'turn' }) },
  { weight: 10, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 120 }) }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Step>({ do: 'retire' }, { do: 'close' }, { do: 'cut' }, { do: 'serverEnds' }),
  },
);

const setting = fc.record({
  pair: fc.constantFrom(
    { protocolVersion: 4, compression: 'none' } as const,
    { protocolVersion: 4, compression: 'lz4' } as const,
    { protocolVersion: 4, compression: 'snappy' } as const,
    { protocolVersion: 5, compression: 'none' } as const,
    { protocolVersion: 5, compression: 'lz4' } as const,
  ),
  maxRequests: fc.constantFrom(1, 5, 70),
  maxOrphaned: fc.constantFrom(1, 4, 30),
  latencyMs: fc.constantFrom(0, 0, 3),
  maxChunkBytes: fc.constantFrom(Infinity, 30),
});

describe('Connection under any history', () => {
  it('should give each request one outcome, the right one, and never an id before it is free', async () => {
    await fc.assert(
      fc.asyncProperty(setting, fc.array(step, { maxLength: 60 }), async (chosen, steps) => {
        const model = await ConnectionModel.open(chosen);
        for (const one of steps) await model.take(one);
        await model.end();
      }),
      { numRuns: propertyRuns(3000) },
    );
  });
});
