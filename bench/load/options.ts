import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { ContestantName } from './spec.ts';

export interface LoadOptions {
  readonly workloads: readonly string[];
  /** Absent: each workload's own. */
  readonly concurrency: readonly number[] | undefined;
  readonly protocols: readonly (4 | 5)[];
  readonly compression: readonly string[];
  readonly clients: readonly ContestantName[];
  readonly repetitions: number;
  readonly warmupMs: number;
  readonly windowMs: number;
  readonly out: string | undefined;
  readonly isPublished: boolean;
  /** File of a driver that was built elsewhere. */
  readonly driver: string | undefined;
  /** Nodes of a real Cassandra; 0: the stub. */
  readonly realNodes: number;
}

const SPECIALS = ['latency', 'slow', 'burst', 'idle', 'startup', 'workers'] as const;
const ON_STUB = ['w1', 'w2', 'w3', 'w4', ...SPECIALS];
const CLIENTS: readonly ContestantName[] = ['raw', 'async-cassandra', 'cassandra-driver'];

/** @throws TypeError naming what is not known */
export function readOptions(args: readonly string[]): LoadOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      workloads: { type: 'string' },
      concurrency: { type: 'string' },
      protocol: { type: 'string', default: '4,5' },
      compression: { type: 'string', default: 'none,lz4' },
      clients: { type: 'string', default: CLIENTS.join(',') },
      repetitions: { type: 'string', default: '3' },
      warmup: { type: 'string', default: '0.8' },
      window: { type: 'string', default: '1' },
      out: { type: 'string' },
      driver: { type: 'string' },
      publish: { type: 'boolean', default: false },
      real: { type: 'boolean', default: false },
      nodes: { type: 'string', default: '1' },
    },
  });
  const workloads = values.workloads?.split(',') ?? (values.real ? ON_STUB.slice(0, 4) : ON_STUB);
  return {
    workloads: known('workloads', workloads, ON_STUB),
    concurrency: values.concurrency?.split(',').map((each) => positive('concurrency', each)),
    protocols: known('protocol', values.protocol.split(','), ['4', '5']).map((each) => (each === '5' ? 5 : 4)),
    compression: known('compression', values.compression.split(','), ['none', 'lz4']),
    clients: known('clients', values.clients.split(','), CLIENTS) as ContestantName[],
    repetitions: positive('repetitions', values.repetitions),
    warmupMs: positive('warmup', values.warmup) * 1_000,
    windowMs: positive('window', values.window) * 1_000,
    out: values.out,
    driver: values.driver && resolve(values.driver),
    isPublished: values.publish,
    realNodes: values.real ? positive('nodes', values.nodes) : 0,
  };
}

function known(option: string, given: readonly string[], choices: readonly string[]): readonly string[] {
  const wrong = given.find((each) => !choices.includes(each));
  if (wrong !== undefined) throw new TypeError(`--${option} knows ${choices.join(', ')}, not ${wrong}`);
  return given;
}

function positive(option: string, text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new TypeError(`--${option} takes a number above 0, not ${text}`);
  return value;
}
