import assert from 'node:assert/strict';
import type { Connection, ConnectionConfig } from '../../../src/connection/index.ts';
import { held, type HeldReply, voidResult } from '../../support/index.ts';
import { Harness, type Outcome, TestRequest } from '../../unit/connection/harness.ts';

export type Step =
  | { readonly do: 'send'; readonly timeoutMs: number; readonly bytes: number; readonly reaction: Reaction }
  | { readonly do: 'cancel'; readonly which: number }
  | { readonly do: 'reply'; readonly which: number; readonly count: number }
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'sendThrowing' | 'turn' | 'retire' | 'close' | 'cut' | 'serverEnds' };

export type Reaction = 'none' | 'send' | 'cancel' | 'throwing encoder';

export interface Setting {
  readonly pair: Pick<ConnectionConfig, 'protocolVersion' | 'compression'>;
  readonly maxRequests: number;
  readonly maxOrphaned: number;
  readonly latencyMs: number;
  readonly maxChunkBytes: number;
}

/** A deadline may be noticed this much later. */
const LATE_MS = 20;

/** A request, and what may become of it. */
interface Tracked {
  readonly request: TestRequest;
  readonly id: number;
  readonly deadline: number;
  /** No turn has ended since it was sent: it may or may not have been written. */
  isFresh: boolean;
  /** Waits; was given up, its id still taken; gone, its id free. */
  state: 'live' | 'orphan' | 'gone';
  isAnswered: boolean;
  /** Known never to have been written. */
  isUnsent: boolean;
}

/** A connection, a server whose answers are released one by one, and what must be true of them. */
export class ConnectionModel {
  readonly #harness: Harness;
  readonly #connection: Connection;
  readonly #setting: Setting;
  readonly #waiting: HeldReply;
  readonly #all: Tracked[] = [];
  #closings = 0;
  #isClosing = false;
  #isOver = false;
  #sent = 0;
  /** What went wrong while a request was told something: thrown there it would end in the connection. */
  #failure: unknown;

  private constructor(harness: Harness, connection: Connection, setting: Setting) {
    this.#harness = harness;
    this.#connection = connection;
    this.#setting = setting;
    this.#waiting = held(voidResult());
    harness.server.when(/^INSERT/, this.#waiting);
    connection.onClosed = (): void => {
      this.#closings++;
    };
  }

  static async open(setting: Setting): Promise<ConnectionModel> {
    const { latencyMs, maxChunkBytes } = setting;
    const config = { ...setting.pair, maxRequestsPerConnection: setting.maxRequests, maxOrphaned: setting.maxOrphaned };
    const harness = await Harness.start(config, {}, { latencyMs, maxChunkBytes });
    return new ConnectionModel(harness, await harness.open(), setting);
  }

  async take(step: Step): Promise<void> {
    switch (step.do) {
      case 'send':
        this.#send(step.timeoutMs, step.bytes, step.reaction);
        break;
      case 'sendThrowing':
        this.#sendThrowing();
        break;
      case 'cancel':
        this.#cancel(step.which);
        break;
      case 'reply':
        this.#reply(step.which, step.count);
        await this.#advance(2 * this.#setting.latencyMs);
        break;
      case 'turn':
        await this.#advance(0);
        break;
      case 'wait':
        await this.#advance(step.ms);
        break;
      case 'retire':
        this.#connection.retire(null);
        break;
      case 'close':
        this.#over(() => {
          this.#connection.close();
        });
        break;
      case 'cut':
        this.#over(() => this.#harness.network.openLinks()[0]?.cut());
        break;
      case 'serverEnds':
        this.#isClosing = true;
        this.#harness.server.closeConnections('end');
        await this.#advance(1 + 2 * this.#setting.latencyMs);
        this.#isOver = true;
        break;
    }
    this.#check();
  }

  /** Everything comes to its end, and nothing is left. */
  async end(): Promise<void> {
    const { clock } = this.#harness;
    await clock.advance(1 + 2 * this.#setting.latencyMs);
    this.#over(() => {
      this.#connection.close();
    });
    await clock.settle(this.#connection.closed());
    await clock.advance(10);
    this.#check();
    assert.equal(this.#closings, 1);
    await this.#harness.assertNothingLeft();
    assert.deepEqual(this.#harness.server.faults, []);
    this.#checkLog();
  }

  /** What reached the server: requests in their order, each once, none that was never written. */
  #checkLog(): void {
    const received = this.#harness.server.log.all.slice(1).map((logged) => logged.cql);
    const expected = this.#all.filter(({ isUnsent }) => !isUnsent).map(({ request }) => request.cql);
    const reached = new Set(received);
    assert.deepEqual(
      received,
      expected.filter((cql) => reached.has(cql)),
    );
  }

  #send(timeoutMs: number, bytes: number, reaction: Reaction): void {
    const { clock } = this.#harness;
    const request = new TestRequest(() => clock.now(), `INSERT ${this.#sent++} ${'x'.repeat(bytes)}`);
    // The late reply of an orphan may have come since this turn began.
    const holding = this.#all.filter(
      ({ state, isAnswered }) => state === 'live' || (state === 'orphan' && !isAnswered),
    );
    const taken = new Set(holding.map(({ id }) => id));
    const id = this.#connection.send(request, timeoutMs);
    if (id < 0) {
      const held = this.#all.filter(({ state }) => state !== 'gone').length;
      const room = this.#setting.maxRequests + this.#setting.maxOrphaned - held;
      assert.ok(this.#isOver || !this.#connection.isOpen || room <= this.#unsentCancelled(), `${room} ids are free`);
      assert.equal(request.encoded, 0);
      return;
    }
    assert.ok(!taken.has(id), `id ${id} is taken`);
    const tracked: Tracked = {
      request,
      id,
      deadline: clock.now() + timeoutMs,
      isFresh: true,
      state: 'live',
      isAnswered: false,
      isUnsent: false,
    };
    this.#all.push(tracked);
    request.then = (outcome): void => {
      try {
        this.#told(tracked, outcome);
        if (reaction === 'send') this.#send(200, 10, 'none');
        if (reaction === 'cancel') this.#cancel(1);
        if (reaction === 'throwing encoder') this.#sendThrowing();
      } catch (error) {
        this.#failure ??= error;
      }
    };
  }

  /** Ids of cancelled requests are free only after the turn's end. */
  #unsentCancelled(): number {
    return this.#all.filter(({ isFresh, isUnsent }) => isFresh && isUnsent).length;
  }

  #sendThrowing(): void {
    const request = new TestRequest(() => 0, 'INSERT throwing');
    request.encodeFailure = new Error('cannot be encoded');
    try {
      assert.equal(this.#connection.send(request, 100), -1);
    } catch (error) {
      assert.equal(error, request.encodeFailure);
    }
    assert.deepEqual(request.outcomes, []);
  }

  #cancel(which: number): void {
    const live = this.#all.filter(({ state }) => state === 'live');
    const tracked = live[which % Math.max(1, live.length)];
    if (tracked === undefined) return;
    // While all are being failed the id may be free by the connection's own book.
    const isUnsent = this.#connection.cancel(tracked.id, tracked.request);
    if (isUnsent) {
      assert.ok(tracked.isFresh, 'it had been written');
      tracked.isUnsent = true;
      tracked.state = 'gone';
    } else tracked.state = 'orphan';
    this.#limitOrphans();
  }

  #reply(which: number, count: number): void {
    const waiting = this.#waiting.waiting;
    for (let i = 0; i < Math.min(count, waiting); i++) {
      const at = which % this.#waiting.waiting;
      let n = 0;
      this.#waiting.release((received) => {
        if (n++ !== at) return false;
        const tracked = this.#all.find(({ request }) => request.cql === received.cql);
        assert.ok(tracked !== undefined && !tracked.isUnsent);
        tracked.isAnswered = true;
        return true;
      });
    }
  }

  #told(tracked: Tracked, outcome: Outcome): void {
    assert.equal(tracked.state, 'live', `told of ${outcome.kind} after its end`);
    switch (outcome.kind) {
      case 'response':
        assert.ok(tracked.isAnswered);
        tracked.state = 'gone';
        break;
      case 'timeout':
        assert.ok(outcome.at >= tracked.deadline, 'early');
        assert.ok(outcome.at <= tracked.deadline + LATE_MS, 'late');
        tracked.state = 'orphan';
        break;
      case 'lost':
        assert.ok(this.#isClosing);
        if (!tracked.isFresh) assert.equal(outcome.wasWritten, true);
        if (outcome.wasWritten === false) tracked.isUnsent = true;
        tracked.state = 'gone';
        break;
    }
  }

  #limitOrphans(): void {
    const orphans = this.#all.filter(({ state, isAnswered }) => state === 'orphan' && !isAnswered).length;
    if (orphans > this.#setting.maxOrphaned) assert.equal(this.#connection.isOpen, false);
  }

  #over(how: () => void): void {
    this.#isClosing = true;
    how();
    this.#isOver = true;
  }

  async #advance(ms: number): Promise<void> {
    await this.#harness.clock.advance(ms);
    for (const tracked of this.#all) tracked.isFresh = false;
    if (!this.#connection.isOpen && this.#connection.inFlight === 0)
      assert.equal(this.#harness.network.openLinks().length, 0, 'retired, idle and still there');
    for (const tracked of this.#all) if (tracked.state === 'orphan' && tracked.isAnswered) tracked.state = 'gone';
  }

  #check(): void {
    if (this.#failure !== undefined) throw this.#failure as Error;
    const now = this.#harness.clock.now();
    const live = this.#all.filter(({ state }) => state === 'live');
    assert.equal(this.#connection.inFlight, live.length);
    if (this.#isOver) {
      assert.deepEqual([live.length, this.#connection.isOpen, this.#connection.orphaned], [0, false, 0]);
      return;
    }
    for (const tracked of live) assert.ok(now <= tracked.deadline + LATE_MS, 'a deadline was missed');
    this.#limitOrphans();
    const isGone = this.#harness.network.openLinks().length === 0;
    if (isGone) {
      // It was retired, and the last request has ended.
      assert.equal(live.length, 0);
      this.#isOver = true;
    } else assert.equal(this.#connection.orphaned, this.#all.filter(({ state }) => state === 'orphan').length);
    if (this.#connection.isOpen) {
      const ids = live.length + this.#connection.orphaned;
      const hasRoom =
        live.length < this.#setting.maxRequests && ids < this.#setting.maxRequests + this.#setting.maxOrphaned;
      assert.equal(this.#connection.hasCapacity, hasRoom);
    } else assert.ok(this.#closings === 1 || this.#isClosing);
    assert.ok(this.#closings <= 1);
  }
}
