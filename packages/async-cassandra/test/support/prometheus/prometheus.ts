import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../eventually.ts';
import { findProgram } from '../web/executables.ts';

/** Why tests with Prometheus are skipped; false when they are not. */
export function skipWithoutPrometheus(): string | false {
  return findProgram('prometheus') === undefined
    ? 'No Prometheus on the PATH; install Debian\'s package "prometheus"'
    : false;
}

/** One line of a panel: its labels, and its values by seconds since the epoch. */
export interface Line {
  readonly labels: Readonly<Record<string, string>>;
  readonly points: readonly (readonly [seconds: number, value: number])[];
}

/** An alert that is pending or firing. */
export interface ActiveAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly state: 'pending' | 'firing';
}

export interface PrometheusOptions {
  /** `host:port` of what it scrapes each second, as the job `shop`. */
  readonly target: string;
  readonly ruleFiles: readonly string[];
}

/** The Prometheus of this machine, with a folder of its own. */
export class Prometheus implements AsyncDisposable {
  readonly #process: ChildProcess;
  readonly #folder: string;
  readonly #base: string;
  #said = '';

  private constructor(child: ChildProcess, folder: string, base: string) {
    this.#process = child;
    this.#folder = folder;
    this.#base = base;
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#said = (this.#said + text).slice(-4000);
    });
  }

  static async start({ target, ruleFiles }: PrometheusOptions): Promise<Prometheus> {
    const program = findProgram('prometheus');
    if (program === undefined) throw new Error('There is no Prometheus on the PATH');
    const folder = mkdtempSync(join(tmpdir(), 'prometheus-'));
    const config = {
      global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
      rule_files: ruleFiles,
      scrape_configs: [{ job_name: 'shop', static_configs: [{ targets: [target] }] }],
    };
    // JSON is YAML.
    writeFileSync(join(folder, 'prometheus.yml'), JSON.stringify(config));
    const address = `127.0.0.1:${await freePort()}`;
    const child = spawn(
      program,
      [
        `--config.file=${join(folder, 'prometheus.yml')}`,
        `--storage.tsdb.path=${join(folder, 'data')}`,
        `--web.listen-address=${address}`,
        '--log.level=warn',
      ],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    );
    const prometheus = new Prometheus(child, folder, `http://${address}`);
    try {
      await eventually(() => prometheus.#isReady(), 30_000, 100);
    } catch (error) {
      await prometheus[Symbol.asyncDispose]();
      throw new Error(`Prometheus did not start: ${prometheus.#said}`, { cause: error });
    }
    return prometheus;
  }

  /** What an expression is over a span, in seconds since the epoch; without the places where it is not a number. */
  async range(expression: string, from: number, to: number, stepSeconds: number): Promise<readonly Line[]> {
    const query = new URLSearchParams({
      query: expression,
      start: String(from),
      end: String(to),
      step: String(stepSeconds),
    });
    const { result } = await this.#get<{ result: { metric: Record<string, string>; values: [number, string][] }[] }>(
      `query_range?${query.toString()}`,
    );
    return result
      .map(({ metric, values }) => ({
        labels: metric,
        points: values
          .map(([seconds, value]) => [seconds, Number(value)] as const)
          .filter(([, value]) => Number.isFinite(value)),
      }))
      .filter(({ points }) => points.length > 0);
  }

  /** Alerts that are pending or firing. */
  async alerts(): Promise<readonly ActiveAlert[]> {
    return (await this.#get<{ alerts: ActiveAlert[] }>('alerts')).alerts;
  }

  /** Names and errors of rules that could not be evaluated. */
  async brokenRules(): Promise<readonly string[]> {
    const { groups } = await this.#get<{ groups: { rules: { name: string; health: string; lastError?: string }[] }[] }>(
      'rules',
    );
    return groups.flatMap(({ rules }) =>
      rules.filter(({ health }) => health === 'err').map(({ name, lastError }) => `${name}: ${lastError}`),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) {
      this.#process.kill('SIGTERM');
      await once(this.#process, 'exit');
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #isReady(): Promise<boolean> {
    return (await fetch(`${this.#base}/-/ready`)).ok;
  }

  async #get<T>(path: string): Promise<T> {
    const answer = (await (await fetch(`${this.#base}/api/v1/${path}`)).json()) as {
      readonly status: string;
      readonly error?: string;
      readonly data: T;
    };
    if (answer.status !== 'success') throw new Error(`Prometheus: ${answer.error}: ${decodeURIComponent(path)}`);
    return answer.data;
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
