import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fc } from '../../support/fast-check.ts';
import { SilenceWatch } from '../../../src/cluster/silence-watch.ts';
import { propertyRuns } from '../../support/property-runs.ts';
import { FakeConnection } from '../../unit/cluster/fakes.ts';

const CONNECTIONS = 3;
const MANY = 10;
/** While many wait, the clock may be left unread for so many questions less one. */
const QUESTIONS = 8;

type Step =
  | { readonly do: 'send'; readonly which: number; readonly count: number }
  | { readonly do: 'answer' | 'giveUp' | 'event'; readonly which: number }
  | { readonly do: 'ask'; readonly times: number }
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'timedOut'; readonly agoMs: number };

const which = fc.nat(CONNECTIONS - 1);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('send' as const), which, count: fc.constantFrom(1, 1, 2, 8, 9, 10, 11) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom('answer' as const, 'giveUp' as const, 'giveUp' as const, 'event' as const),
      which,
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('ask' as const), times: fc.constantFrom(1, 1, 2, 7, 8, 9, 20) }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('wait' as const),
      ms: fc.constantFrom(1, 50, 150, 199, 200, 249, 250, 900),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('timedOut' as const),
      agoMs: fc.constantFrom(0, 1, 50, 150, 199, 200, 201, 249, 250, 900),
    }),
  },
);

/** What was looked at so far, and what follows from it by the rules. */
class SilenceModel {
  now = 0;
  isSlow = false;
  probes = 0;
  /** Bytes of each connection when they were last looked at. */
  #seen: readonly number[] | null = null;
  /** Since when the silence is known; null: there is none. */
  #since: number | null = null;
  /** Questions in a row at which it had been silent for long enough, and no answer said so. */
  #undecided = 0;
  readonly #connections: readonly FakeConnection[];

  constructor(connections: readonly FakeConnection[]) {
    this.#connections = connections;
  }

  /** Checks an answer. */
  asked(answer: boolean): void {
    const bytes = this.#connections.map((connection) => connection.bytesReceived);
    const unanswered = this.#connections.reduce((sum, { inFlight, orphaned }) => sum + inFlight + orphaned, 0);
    const hasRead = this.#seen === null || bytes.some((count, i) => count !== this.#seen?.[i]);
    this.#seen = bytes;
    if (unanswered === 0 || hasRead) {
      assert.equal(answer, false, unanswered === 0 ? 'nothing waits' : 'something was read');
      this.isSlow = false;
      this.#since = null;
      return;
    }
    if (this.#since === null) {
      assert.equal(answer, false, 'the silence has just been noticed');
      this.#since = this.now;
      this.#undecided = 0;
      return;
    }
    if (this.isSlow) {
      assert.equal(answer, true, 'slow until something is read');
      return;
    }
    const silentMs = this.now - this.#since;
    if (unanswered < MANY) assert.equal(answer, silentMs >= 250, `few for ${silentMs} ms`);
    else if (silentMs < 200) assert.equal(answer, false, `many for ${silentMs} ms`);
    else if (!answer) assert.ok(++this.#undecided < QUESTIONS, 'many ask, and none was told');
    if (answer) this.#becomesSlow();
  }

  timedOut(sentMs: number): void {
    if (this.now - sentMs < 200) return;
    if (this.#connections.some((connection) => connection.lastReadMs > sentMs)) return;
    this.#seen = this.#connections.map((connection) => connection.bytesReceived);
    this.#since ??= sentMs;
    if (!this.isSlow) this.#becomesSlow();
  }

  #becomesSlow(): void {
    this.isSlow = true;
    this.probes++;
  }
}

function apply(action: Step, connections: readonly FakeConnection[], watch: SilenceWatch, model: SilenceModel): void {
  if (action.do === 'wait') model.now += action.ms;
  else if (action.do === 'ask') for (let i = 0; i < action.times; i++) model.asked(watch.isSlow());
  else if (action.do === 'timedOut') {
    const sentMs = model.now - action.agoMs;
    watch.timedOut(sentMs);
    model.timedOut(sentMs);
  } else {
    const connection = connections[action.which] as FakeConnection;
    if (action.do === 'send') connection.inFlight += action.count;
    else if (action.do === 'giveUp') {
      if (connection.inFlight === 0) return;
      connection.inFlight--;
      connection.orphaned++;
    } else {
      if (action.do === 'answer') {
        if (connection.orphaned > 0) connection.orphaned--;
        else if (connection.inFlight > 0) connection.inFlight--;
        else return;
      }
      connection.bytesReceived += 9;
      connection.lastReadMs = model.now;
    }
  }
}

describe('SilenceWatch, against a model', () => {
  it('should call a node slow after silence while requests wait, until anything is read, and probe it once', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const connections = Array.from({ length: CONNECTIONS }, () => new FakeConnection());
        const model = new SilenceModel(connections);
        const watch = new SilenceWatch(
          connections.map((connection) => connection.real),
          () => model.now,
        );
        // Connections that were just opened have read the end of their handshakes.
        for (const connection of connections) connection.lastReadMs = 0;
        for (const action of steps) {
          apply(action, connections, watch, model);
          for (const { probes } of connections) assert.equal(probes, model.probes, 'each connection is probed');
        }
      }),
      { numRuns: propertyRuns(5_000) },
    );
  });
});
