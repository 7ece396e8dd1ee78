/** One client in a process of its own, or in a thread of one: does what its spec says, prints its figures, and ends. */
import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { touched } from './contestants/index.ts';
import { MODES } from './modes.ts';
import type { ClientSpec } from './spec.ts';

const spec = (isMainThread ? JSON.parse(process.argv[2] ?? '{}') : workerData) as ClientSpec;
const figures = await MODES[spec.mode](spec);
if (touched() < 0) throw new Error('Nothing was read');
if (isMainThread) process.stdout.write(`${JSON.stringify(figures)}\n`);
else parentPort?.postMessage(figures);
