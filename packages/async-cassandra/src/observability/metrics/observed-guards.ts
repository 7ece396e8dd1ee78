import { type CassandraSession, SessionDecorator } from '../../session/index.ts';

/** What the `stats` of a rate limit tell, as those of `RateLimitedSession` do. */
export interface RateLimitFigures {
  readonly inFlight: number;
  readonly queued: number;
  readonly admitted: number;
  readonly waited: number;
  readonly waitedMs: number;
  readonly refusedFull: number;
  readonly refusedLate: number;
  readonly timedOut: number;
  readonly aborted: number;
}

/** What the `stats` of a circuit breaker tell, as those of `CircuitBreakerSession` do. */
export interface CircuitFigures {
  readonly state: 'closed' | 'open' | 'halfOpen';
  readonly succeeded: number;
  readonly failed: number;
  readonly excused: number;
  readonly refused: number;
  readonly opened: number;
  readonly probes: number;
}

/** A decorator that lets requests pass or refuses them, and counts what it does. */
type Guard = SessionDecorator & { readonly stats: Partial<RateLimitFigures & CircuitFigures> };

type RateLimitName = Exclude<keyof RateLimitFigures, 'inFlight' | 'queued'>;
type CircuitName = Exclude<keyof CircuitFigures, 'state'>;

/** Sums over all guards; counts are also of those that have closed, so that they never fall. */
export interface GuardSums {
  inFlight: number;
  queued: number;
  readonly breakers: Record<CircuitFigures['state'], number>;
  readonly counts: Record<RateLimitName | CircuitName, number>;
}

const RATE_LIMIT_NAMES: readonly RateLimitName[] = [
  ...(['admitted', 'waited', 'waitedMs', 'refusedFull', 'refusedLate', 'timedOut', 'aborted'] as const),
];
const CIRCUIT_NAMES: readonly CircuitName[] = ['succeeded', 'failed', 'excused', 'refused', 'opened', 'probes'];
const COUNTS = [...RATE_LIMIT_NAMES, ...CIRCUIT_NAMES];

/** The rate limits and circuit breakers that are observed. They count by themselves, and are read when metrics are. */
export class ObservedGuards {
  readonly #guards = new Set<Guard>();
  readonly #retired = emptyCounts();

  /**
   * Follows all guards around a session.
   * @returns those that are new
   */
  add(session: CassandraSession): Guard[] {
    this.#retireClosed();
    const added = guardsAround(session).filter((guard) => !this.#guards.has(guard));
    for (const guard of added) this.#guards.add(guard);
    return added;
  }

  remove(guard: Guard): void {
    if (this.#guards.delete(guard)) addCounts(this.#retired, guard.stats);
  }

  sums(): GuardSums {
    this.#retireClosed();
    const sums: GuardSums = {
      inFlight: 0,
      queued: 0,
      breakers: { closed: 0, open: 0, halfOpen: 0 },
      counts: { ...this.#retired },
    };
    for (const { stats } of this.#guards) {
      addCounts(sums.counts, stats);
      if (stats.state !== undefined) sums.breakers[stats.state]++;
      else {
        sums.inFlight += stats.inFlight ?? 0;
        sums.queued += stats.queued ?? 0;
      }
    }
    return sums;
  }

  #retireClosed(): void {
    for (const guard of this.#guards) if (guard.closed) this.remove(guard);
  }
}

function guardsAround(session: CassandraSession): Guard[] {
  const guards: Guard[] = [];
  for (let current = session; current instanceof SessionDecorator; current = current.inner)
    if (isGuard(current)) guards.push(current);
  return guards;
}

/** By what it counts: classes of other entry points are not known here. */
function isGuard(decorator: SessionDecorator): decorator is Guard {
  const { stats } = decorator as { readonly stats?: unknown };
  const counts = (names: readonly string[]): boolean =>
    names.every((name) => typeof (stats as Readonly<Record<string, unknown>>)[name] === 'number');
  return typeof stats === 'object' && stats !== null && (counts(RATE_LIMIT_NAMES) || counts(CIRCUIT_NAMES));
}

function emptyCounts(): GuardSums['counts'] {
  return Object.fromEntries(COUNTS.map((name) => [name, 0])) as GuardSums['counts'];
}

function addCounts(counts: GuardSums['counts'], stats: Guard['stats']): void {
  for (const name of COUNTS) counts[name] += stats[name] ?? 0;
}
