import type { Cell } from './matrix.ts';
import type { CellResult, EntryResult } from './results.ts';
import { type Pinning, runClient } from './run-client.ts';
import { startStub, type Stub, type StubOptions } from './server.ts';
import type { ClientSpec, Figures } from './spec.ts';
import { format } from './statistics.ts';

/** Where clients go. */
export type Target = Pick<ClientSpec, 'host' | 'port' | 'dataCenter' | 'serverPid'>;

/** Stubs by their options, each started when first needed and ended with the rest. */
export class Stubs implements AsyncDisposable {
  private readonly started = new Map<string, Promise<Stub>>();
  private readonly prefix: readonly string[];

  constructor(prefix: readonly string[]) {
    this.prefix = prefix;
  }

  async target(options: StubOptions): Promise<Target> {
    const key = JSON.stringify(options);
    let stub = this.started.get(key);
    if (stub === undefined) this.started.set(key, (stub = startStub(options, this.prefix)));
    const { port, pid: serverPid } = await stub;
    return { host: '127.0.0.1', port, dataCenter: 'datacenter1', serverPid };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const stub of this.started.values()) await (await stub)[Symbol.asyncDispose]();
  }
}

/** Runs a cell: repetition by repetition its contestants in turns, every second time the other way round. */
export async function measureCell(
  cell: Cell,
  target: Target,
  drivers: Readonly<Record<string, string>> & { readonly all: string },
  pinning: Pinning,
  say: (line: string) => void,
): Promise<CellResult> {
  const runs = new Map<string, Figures[]>(cell.entries.map(({ name }) => [name, []]));
  // Threads are to have all cores that there are.
  const prefix = cell.group === 'workers' ? [] : pinning.client;
  for (let repetition = 0; repetition < cell.repetitions; repetition++) {
    for (const { name, spec } of repetition % 2 === 0 ? cell.entries : cell.entries.toReversed()) {
      const figures = await runClient({ ...spec, ...target, driver: drivers[name] ?? drivers.all }, prefix);
      runs.get(name)?.push(figures);
      const shown = ['cpuUs', 'perSecond', 'laterMs', 'heapKb', 'importMs'].filter((each) => each in figures);
      say(`${cell.title}  ${name}  ${shown.map((each) => `${each} ${format(figures[each] ?? 0)}`).join('  ')}`);
    }
  }
  const entries: EntryResult[] = cell.entries.map(({ name, spec }) => ({ name, spec, runs: runs.get(name) ?? [] }));
  return { title: cell.title, group: cell.group, entries };
}
