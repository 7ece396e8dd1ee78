import type { Row } from '../../codecs/index.ts';
import type { TimerHandle } from '../../connection/index.ts';
import { BatchStatement, MAX_BATCH_STATEMENTS } from '../batch-statement.ts';
import type { Params } from '../bind.ts';
import type { RequestSettings } from '../request-settings.ts';
import type { AsyncResultSet } from '../result-set.ts';
import type { Gathered } from './batch-group.ts';
import { BatchGroups } from './batch-groups.ts';
import type { ReplicaBatchOptions } from './concurrent-options.ts';
import { checkBatchable } from './check-batchable.ts';
import type { ConcurrentTarget } from './concurrent-target.ts';
import type { PullSource } from './parameter-source.ts';
import { PendingWrites } from './pending-writes.ts';
import type { RepeatedStatement } from './repeated-statement.ts';

const DEFAULT_STATEMENTS = 100;
const DEFAULT_PARTITIONS = 10;
const DEFAULT_BYTES = 5_120;
/** A source that is silent for so long is not waited for with what it has given. */
const STALL_MS = 5;
/** Nothing waits longer than this for others to go with. */
const MAX_WAIT_MS = 50;

type Step = IteratorResult<Gathered, unknown>;

/** Gathers the parameters of a source in batches of writes that have the same replicas. */
export class BatchSource<R extends Row> implements PullSource<Gathered> {
  readonly #target: ConcurrentTarget;
  readonly #repeated: RepeatedStatement<R>;
  readonly #batchSettings: RequestSettings;
  readonly #source: PullSource<Params>;
  readonly #groups: BatchGroups;
  readonly #writes: PendingWrites;
  #taken = 0;
  #isPulling = false;
  #isStalled = false;
  #isDrained = false;
  #failure: { readonly error: unknown } | null = null;
  #waiter: { resolve(step: Step): void; reject(error: unknown): void } | null = null;
  #timer: TimerHandle | null = null;
  #takenAtTick = -1;

  /** @throws ConfigurationError when the statement is not one that may be sent in such batches */
  constructor(
    target: ConcurrentTarget,
    repeated: RepeatedStatement<R>,
    source: PullSource<Params>,
    options: ReplicaBatchOptions,
  ) {
    checkBatchable(repeated);
    const {
      maxStatements = DEFAULT_STATEMENTS,
      maxPartitions = DEFAULT_PARTITIONS,
      maxBatchBytes = DEFAULT_BYTES,
    } = options;
    this.#target = target;
    this.#repeated = repeated;
    this.#batchSettings = { ...repeated.settings, idempotent: true };
    this.#source = source;
    this.#writes = new PendingWrites(target, repeated.statement, () => this.#groups.closeAll());
    const { timers } = target.core.parts.seams;
    this.#groups = new BatchGroups(
      { maxStatements: Math.min(maxStatements, MAX_BATCH_STATEMENTS), maxPartitions, maxBatchBytes },
      () => timers.now(),
    );
  }

  next(): Step | Promise<Step> {
    const step = this.#advance();
    if (step !== null) return step;
    return new Promise((resolve, reject) => {
      this.#waiter = { resolve, reject };
      this.#schedule();
    });
  }

  // Async, so that what a timestamp generator throws is a rejection.
  async execute(gathered: Gathered): Promise<AsyncResultSet<R>> {
    const { statement, settings } = this.#repeated;
    const { refusal, values } = gathered;
    if (refusal !== undefined) throw refusal.error;
    if (values.length === 1) return this.#target.execute<R>(statement, values[0], this.#timed(settings));
    const batch = new BatchStatement('unlogged');
    for (const each of values) batch.add(statement, each);
    return this.#target.execute<R>(batch, undefined, this.#timed(this.#batchSettings));
  }

  /** What waits until the statement is prepared anew may be overtaken, so it gets its timestamp before. */
  #timed(settings: RequestSettings): RequestSettings {
    if (!this.#repeated.statement.plan.isStale || settings.timestamp !== undefined) return settings;
    return { ...settings, timestamp: this.#target.core.parts.timestampGenerator.next() ?? undefined };
  }

  /** Lets go of its timer. What the source still gives is dropped. */
  release(): void {
    if (this.#timer !== null) this.#target.core.parts.seams.timers.clearTimeout(this.#timer);
    this.#timer = null;
    this.#waiter = null;
    this.#isDrained = true;
  }

  /** Takes the next parameters; a source that throws has its earlier ones sent first. */
  #pull(): void {
    try {
      const step = this.#source.next();
      if (step instanceof Promise) {
        this.#isPulling = true;
        step.then(this.#onStep, this.#onFailure);
      } else this.#take(step);
    } catch (error) {
      this.#failure = { error };
      this.#isDrained = true;
    }
  }

  readonly #onStep = (step: IteratorResult<Params, unknown>): void => {
    this.#isPulling = false;
    this.#isStalled = false;
    this.#take(step);
    this.#answer();
  };

  readonly #onFailure = (error: unknown): void => {
    this.#isPulling = false;
    this.#failure = { error };
    this.#isDrained = true;
    this.#answer();
  };

  /** @returns null when nothing can be given before the source answers */
  #advance(): Step | null {
    for (;;) {
      const ready = this.#isDrained || this.#isStalled ? this.#groups.takeOldest() : this.#groups.take();
      if (ready !== undefined) return { done: false, value: ready };
      if (this.#failure !== null) throw this.#failure.error;
      if (this.#isDrained) return { done: true, value: undefined };
      if (this.#isPulling) return null;
      this.#pull();
    }
  }

  /** Goes on for the one who waits. */
  #answer(): void {
    const waiter = this.#waiter;
    if (waiter === null) return;
    try {
      const step = this.#advance();
      if (step === null) return;
      this.#waiter = null;
      waiter.resolve(step);
    } catch (error) {
      this.#waiter = null;
      waiter.reject(error);
    }
  }

  #schedule(): void {
    if (this.#timer !== null) return;
    this.#takenAtTick = this.#taken;
    this.#timer = this.#target.core.parts.seams.timers.setTimeout(this.#onTick, STALL_MS);
  }

  /** Nothing that was gathered waits for long for a slow source. */
  readonly #onTick = (): void => {
    this.#timer = null;
    const waiter = this.#waiter;
    if (waiter === null) return;
    const since = this.#groups.oldestSince;
    if (since !== undefined) {
      this.#isStalled = this.#taken === this.#takenAtTick;
      const isOld = this.#target.core.parts.seams.timers.now() - since >= MAX_WAIT_MS;
      const oldest = this.#isStalled || isOld ? this.#groups.takeOldest() : undefined;
      if (oldest !== undefined) {
        this.#waiter = null;
        waiter.resolve({ done: false, value: oldest });
        return;
      }
    }
    this.#schedule();
  };

  #take(step: IteratorResult<Params, unknown>): void {
    if (step.done === true) {
      this.#isDrained = true;
      return;
    }
    const index = this.#taken++;
    try {
      const write = this.#writes.read(index, step.value);
      if (write.replicas === undefined) this.#groups.addAlone({ indexes: [index], values: [write.values] });
      else this.#groups.add(write, write.replicas);
    } catch (error) {
      this.#groups.addAlone({ indexes: [index], values: [], refusal: { error } });
    }
  }
}
