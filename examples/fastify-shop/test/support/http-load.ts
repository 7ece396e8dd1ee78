import { createHistogram, performance } from 'node:perf_hooks';
import { HttpClient, type LoadRequest, type Unanswered } from './http-client.ts';

/** What became of the requests of a while. */
export interface LoadFigures {
  readonly name: string;
  readonly seconds: number;
  readonly requests: number;
  /** By status; `none` were not answered, or not to the end. */
  readonly statuses: Readonly<Record<string, number>>;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  readonly unanswered: readonly Unanswered[];
}

/** So many clients, each with a request at a time, one after the other. */
export class HttpLoad {
  readonly #clients: readonly HttpClient[];
  readonly #next: () => LoadRequest;
  #served = 0;

  constructor(base: string, clients: number, next: () => LoadRequest) {
    this.#clients = Array.from({ length: clients }, () => new HttpClient(base));
    this.#next = next;
  }

  /** Opens all connections, some at a time: Node takes one in a turn of its event loop, and the more are busy the longer a turn is. */
  async connect(path: string): Promise<void> {
    const rest = this.#clients.values();
    const worker = async (): Promise<void> => {
      for (const client of rest) await client.send({ path });
    };
    await Promise.all(Array.from({ length: 20 }, worker));
  }

  /** Clients that have had an answer. */
  get served(): number {
    return this.#served;
  }

  /** Sends until `isOver`, and waits for all answers. A client that is refused sends no more. */
  async run(name: string, isOver: () => boolean): Promise<LoadFigures> {
    const times = createHistogram();
    const statuses: Record<string, number> = {};
    const unanswered: Unanswered[] = [];
    const began = performance.now();
    let requests = 0;
    const run = async (client: HttpClient): Promise<void> => {
      let isNew = true;
      while (!isOver()) {
        const sentAt = performance.now();
        const outcome = await client.send(this.#next());
        requests++;
        const status = typeof outcome === 'number' ? outcome : 'none';
        statuses[status] = (statuses[status] ?? 0) + 1;
        times.record(Math.max(1, Math.round(performance.now() - sentAt)));
        if (isNew) this.#served++;
        isNew = false;
        if (typeof outcome === 'number') continue;
        unanswered.push(outcome);
        if (outcome.how === 'refused') return;
      }
    };
    await Promise.all(this.#clients.map(run));
    const [p50, p99] = [times.percentile(50), times.percentile(99)];
    const seconds = (performance.now() - began) / 1_000;
    return { name, seconds, requests, statuses, p50, p99, max: times.max, unanswered };
  }

  close(): void {
    for (const client of this.#clients) client.close();
  }
}

/** The figures as a Markdown table. */
export function tableOf(all: readonly LoadFigures[]): string {
  const rows = all.map(({ name, seconds, requests, statuses, p50, p99, max }) => {
    const answered = Object.entries(statuses).map(([status, count]) => `${count} x ${status}`);
    return `| ${name} | ${requests} | ${Math.round(requests / seconds)} | ${p50} | ${p99} | ${max} | ${answered.join(', ')} |`;
  });
  return [
    '| | requests | per second | p50 ms | p99 ms | max ms | answers |',
    '|---|---|---|---|---|---|---|',
    ...rows,
  ].join('\n');
}
