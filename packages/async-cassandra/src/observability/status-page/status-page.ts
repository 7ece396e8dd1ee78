import { createSystemSeams, type Timers } from '../../connection/index.ts';
import { type OptionMessage, OptionReader } from '../../errors/index.ts';
import type { CassandraSession } from '../../session/index.ts';
import { renderStatusPage, STATUS_PAGE_POLICY } from './render/page.ts';
import type { StatusSnapshot } from './snapshot.ts';
import { StatusSampler } from './status-sampler.ts';
import { type StatusCluster, type StatusSession, statusSessionOf } from './status-source.ts';

/** How a status page measures and shows. */
export interface StatusPageOptions {
  /** Heading and title; `Cassandra` by default. */
  readonly title?: string | undefined;
  /** Length of the interval that figures are of, in milliseconds, at least 100; 2,000 by default. */
  readonly intervalMs?: number | undefined;
  /** How many intervals are remembered, 2 to 3,600; 90 by default. */
  readonly historySize?: number | undefined;
  /** How often the page asks for news, in milliseconds, at least 100; 2,000 by default. */
  readonly refreshMs?: number | undefined;
  /** How long it goes on measuring when nobody looks any more, in milliseconds; 30,000 by default. */
  readonly idleMs?: number | undefined;
}

/** An answer for a web server to send. */
export interface StatusPageResponse {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const COMMON_HEADERS = Object.freeze({
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
});

const RANGES = {
  intervalMs: { fallback: 2000, min: 100, max: 3_600_000 },
  historySize: { fallback: 90, min: 2, max: 3600 },
  refreshMs: { fallback: 2000, min: 100, max: 3_600_000 },
  idleMs: { fallback: 30_000, min: 0, max: 86_400_000 },
} as const;

/**
 * What a session and its cluster are doing, as a web page and as JSON, for any web server. It measures only while
 * somebody looks: from the first answer on, until nobody has asked for `idleMs`; or from `start()` to `stop()`. It shows
 * addresses and figures, never statements, values or credentials, and changes nothing.
 */
export class StatusPage implements Disposable {
  readonly #cluster: StatusCluster;
  readonly #session: StatusSession;
  readonly #timers: Timers;
  readonly #title: string;
  readonly #numbers: Readonly<Record<keyof typeof RANGES, number>>;
  #sampler: StatusSampler | undefined;
  #isKept = false;
  #lookedAtMs = 0;

  /**
   * @param cluster - the `AsyncCluster`
   * @param session - the session to show, or a decorator of it
   * @throws ConfigurationError naming the option that is unknown or wrong
   */
  constructor(cluster: StatusCluster, session: StatusSession | CassandraSession, options?: StatusPageOptions);
  /** @internal */
  constructor(
    cluster: StatusCluster,
    session: StatusSession | CassandraSession,
    options: StatusPageOptions | undefined,
    timers: Timers | undefined,
  );
  constructor(
    cluster: StatusCluster,
    session: StatusSession | CassandraSession,
    options: StatusPageOptions = {},
    timers?: Timers,
  ) {
    const reader = new OptionReader('', options, message);
    this.#cluster = cluster;
    this.#session = statusSessionOf(session);
    this.#timers = timers ?? createSystemSeams().timers;
    this.#title = reader.text('title') ?? 'Cassandra';
    this.#numbers = {
      intervalMs: numberOf(reader, 'intervalMs'),
      historySize: numberOf(reader, 'historySize'),
      refreshMs: numberOf(reader, 'refreshMs'),
      idleMs: numberOf(reader, 'idleMs'),
    };
    reader.end();
  }

  /** Measures from now on, so that there is a history when somebody looks. */
  start(): void {
    this.#isKept = true;
    this.#running();
  }

  /** Stops measuring, and forgets what was measured; the next look begins anew. */
  stop(): void {
    this.#isKept = false;
    this.#sampler?.stop();
    this.#sampler = undefined;
  }

  [Symbol.dispose](): void {
    this.stop();
  }

  /** What is known now; counts as a look. */
  snapshot(): StatusSnapshot {
    this.#lookedAtMs = this.#timers.now();
    return this.#running().snapshot();
  }

  /**
   * The page, or what it shows as JSON; counts as a look.
   * @param format - `html` by default
   */
  respond(format: 'html' | 'json' = 'html'): StatusPageResponse {
    const snapshot = this.snapshot();
    if (format === 'json') {
      return {
        headers: { ...COMMON_HEADERS, 'content-type': 'application/json; charset=utf-8' },
        body: JSON.stringify(snapshot),
      };
    }
    return {
      headers: {
        ...COMMON_HEADERS,
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy': STATUS_PAGE_POLICY,
      },
      body: renderStatusPage(snapshot, { title: this.#title, refreshMs: this.#numbers.refreshMs }),
    };
  }

  #running(): StatusSampler {
    if (this.#sampler !== undefined) return this.#sampler;
    const { intervalMs, historySize } = this.#numbers;
    const sampler = new StatusSampler(this.#cluster, this.#session, this.#timers, { intervalMs, historySize });
    // Nothing happens in a closed session; a timer would outlive it.
    if (this.#session.state.lifecycle === 'closed') return sampler;
    sampler.start(() => {
      const isWanted = this.#isKept || this.#timers.now() - this.#lookedAtMs < this.#numbers.idleMs;
      const goesOn = isWanted && this.#session.state.lifecycle !== 'closed';
      if (!goesOn) this.stop();
      return goesOn;
    });
    this.#sampler = sampler;
    return sampler;
  }
}

const message: OptionMessage = (path, requirement) => `Option "${path}" of the status page ${requirement}`;

function numberOf(reader: OptionReader, name: keyof typeof RANGES): number {
  const { fallback, min, max } = RANGES[name];
  const value = reader.raw(name) ?? fallback;
  if (typeof value !== 'number' || !(value >= min && value <= max))
    reader.refuse(name, `a number from ${min} to ${max}`);
  return name === 'historySize' ? Math.floor(value) : value;
}
