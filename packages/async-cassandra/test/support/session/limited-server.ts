import { ConcurrencyLimit } from '../../../src/session/concurrent/concurrency-limit.ts';
import { SeededRandom } from '../seeded-random.ts';

/** A server of so many places, from some moment on; what finds neither a place nor room in the queue is refused. */
export interface LimitedServer {
  readonly fromMs: number;
  readonly places: number;
  readonly serviceMs: number;
  readonly queue: number;
}

interface Simulation {
  readonly seed: number;
  readonly durationMs: number;
  readonly servers: readonly LimitedServer[];
  /** Follows latency from 16, up to 1,024; else keeps to 400. */
  readonly adaptive?: boolean;
}

interface Ended {
  readonly at: number;
  readonly latencyMs: number;
  readonly isRefused: boolean;
}

export interface SimulatedLoad {
  readonly max: number;
  answeredBetween(from: number, to: number): number;
  refusedBetween(from: number, to: number): number;
  meanLatencyBetween(from: number, to: number): number;
}

interface Arrived {
  readonly number: number;
  readonly at: number;
}

/** A client that always has more to ask and asks as much as its limit allows, in steps of an eighth of its server's work. */
export function simulateLoad({ seed, durationMs, servers, adaptive = true }: Simulation): SimulatedLoad {
  const random = new SeededRandom(seed);
  let now = 0;
  const max = adaptive ? 1_024 : 400;
  const limit = new ConcurrencyLimit({
    min: 1,
    max,
    initial: adaptive ? 16 : max,
    followsLatency: adaptive,
    now: () => now,
    random: () => random.next(),
  });
  const ended: Ended[] = [];
  const waiting: Arrived[] = [];
  /** When each of those in work will be done, in order. */
  const working: { readonly arrived: Arrived; readonly doneAt: number }[] = [];
  let head = 0;
  let pausedUntil = 0;
  const step = Math.min(...servers.map((server) => server.serviceMs)) / 8;
  for (now = 0; now < durationMs; now += step) {
    const server = servers.findLast((each) => each.fromMs <= now) as LimitedServer;
    while (head < working.length && (working[head] as { doneAt: number }).doneAt <= now) {
      const { arrived } = working[head++] as { arrived: Arrived };
      ended.push({ at: now, latencyMs: now - arrived.at, isRefused: false });
      limit.onAnswer(arrived.number, now - arrived.at);
    }
    if (head > 10_000) {
      working.splice(0, head);
      head = 0;
    }
    while (waiting.length > 0 && working.length - head < server.places) work(waiting.shift() as Arrived);
    while (now >= pausedUntil && waiting.length + working.length - head < limit.current) {
      const arrived = { number: limit.begin(waiting.length + working.length - head + 1), at: now };
      if (working.length - head < server.places) work(arrived);
      else if (waiting.length < server.queue) waiting.push(arrived);
      else {
        ended.push({ at: now, latencyMs: 0, isRefused: true });
        const pauseMs = limit.onRefusal(arrived.number);
        // A refusal takes a step, so that a client cannot ask for ever at one moment.
        pausedUntil = Math.max(pausedUntil, now + Math.max(step / 2, pauseMs));
      }
    }
    function work(arrived: Arrived): void {
      const doneAt = now + server.serviceMs * (0.9 + random.next() / 5);
      let at = working.length;
      while (at > head && (working[at - 1] as { doneAt: number }).doneAt > doneAt) at--;
      working.splice(at, 0, { arrived, doneAt });
    }
  }
  const between = (from: number, to: number): Ended[] => ended.filter(({ at }) => at >= from && at < to);
  const count = (from: number, to: number, isRefused: boolean): number =>
    between(from, to).filter((each) => each.isRefused === isRefused).length;
  return {
    max,
    answeredBetween: (from, to) => count(from, to, false),
    refusedBetween: (from, to) => count(from, to, true),
    meanLatencyBetween: (from, to) => {
      const answered = between(from, to).filter((each) => !each.isRefused);
      return answered.reduce((sum, { latencyMs }) => sum + latencyMs, 0) / answered.length;
    },
  };
}
