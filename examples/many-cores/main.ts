/**
 * All cores of a machine: a thread for each, each with a session of its own, and nothing shared.
 *
 *     CASSANDRA_CONTACT_POINTS=127.0.0.1 node --import ./scripts/loader/register.mjs examples/many-cores/main.ts [threads] [reads of each]
 *
 * Without threads given: one for each core.
 */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Report, Task } from './task.ts';

const threads = Number(process.argv[2] ?? availableParallelism());
const reads = Number(process.argv[3] ?? 100_000);
const contactPoints = (process.env['CASSANDRA_CONTACT_POINTS'] ?? '127.0.0.1').split(',');

function runWorker(task: Task): Promise<Report> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: task });
    let report: Report | undefined;
    worker.once('message', (message: Report) => {
      report = message;
    });
    worker.once('error', reject);
    worker.once('exit', (code) => {
      if (report === undefined) reject(new Error(`A thread ended with ${code} and reported nothing`));
      else resolve(report);
    });
  });
}

const reports = await Promise.all(Array.from({ length: threads }, () => runWorker({ contactPoints, reads })));
const perSecond = reports.reduce((sum, report) => sum + report.perSecond, 0);
const connections = reports.reduce((sum, report) => sum + report.connections, 0);
console.log(
  `${threads} ${threads === 1 ? 'thread' : 'threads'}: ${Math.round(perSecond).toLocaleString('en')} reads a second, ${connections} connections`,
);
