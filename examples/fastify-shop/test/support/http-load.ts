import { createHistogram, performance } from 'node:perf_hooks';
import { Pool } from 'undici';

/** What one kind of request is: path, and a body for those that write. */
export interface LoadRequest {
  readonly path: string;
  readonly body?: string;
}

/** What became of the requests of a while. */
export interface LoadFigures {
  readonly name: string;
  readonly seconds: number;
  readonly requests: number;
  /** By status; `lost` are requests that were not answered at all, or not to the end. */
  readonly statuses: Readonly<Record<string, number>>;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** So many clients, each with a request at a time, one after the other. */
export class HttpLoad {
  readonly #pool: Pool;
  readonly #clients: number;
  readonly #next: () => LoadRequest;
  readonly lostCauses = new Set<string>();

  constructor(base: string, clients: number, next: () => LoadRequest) {
    this.#pool = new Pool(base, {
      connections: clients,
      pipelining: 1,
      headersTimeout: 60_000,
      connectTimeout: 60_000,
    });
    this.#clients = clients;
    this.#next = next;
  }

  /** Sends until `isOver`, and waits for all answers. */
  async run(name: string, isOver: () => boolean): Promise<LoadFigures> {
    const times = createHistogram();
    const statuses: Record<string, number> = {};
    const began = performance.now();
    let requests = 0;
    const client = async (): Promise<void> => {
      while (!isOver()) {
        const sentAt = performance.now();
        const status = await this.#send();
        requests++;
        statuses[status] = (statuses[status] ?? 0) + 1;
        times.record(Math.max(1, Math.round(performance.now() - sentAt)));
      }
    };
    await Promise.all(Array.from({ length: this.#clients }, client));
    const [p50, p99] = [times.percentile(50), times.percentile(99)];
    return { name, seconds: (performance.now() - began) / 1_000, requests, statuses, p50, p99, max: times.max };
  }

  close(): Promise<void> {
    return this.#pool.destroy();
  }

  async #send(): Promise<string> {
    const { path, body } = this.#next();
    const headers = body === undefined ? {} : { 'content-type': 'application/json' };
    try {
      const response = await this.#pool.request({
        path,
        method: body === undefined ? 'GET' : 'POST',
        headers,
        body: body ?? null,
      });
      await response.body.text();
      return String(response.statusCode);
    } catch (error) {
      const { code, message } = error as { readonly code?: string; readonly message: string };
      this.lostCauses.add(`${code ?? ''} ${message}`);
      return 'lost';
    }
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
