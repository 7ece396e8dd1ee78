import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from 'node:test';
import { type CompactReporter, describeEnd, type NodeTestError, type TestEvent } from './compact-reporter.ts';
import { GroupProcess } from './group-process.ts';

const CHECK_INTERVAL_MS = 1000;

export interface GroupRunOptions {
  readonly concurrency: number;
  /** A process that works on one file for longer is killed, in milliseconds. */
  readonly fileTimeoutMs: number;
  readonly signal: AbortSignal;
  readonly reporter: CompactReporter;
  /** Takes the events too. */
  onStream(events: ReturnType<typeof run>): void;
}

/**
 * Runs each group of files in a process of its own. When one ends before its time, by a crash or after a file that left
 * something behind, the file it was at has failed, and those that were still to come run in another process.
 */
export async function runGroups(groups: readonly (readonly string[])[], options: GroupRunOptions): Promise<void> {
  if (groups.length === 0) return;
  const folder = mkdtempSync(join(tmpdir(), 'test-groups-'));
  try {
    let pending = groups;
    for (let round = 1; pending.length > 0; round += 1) {
      const processes = pending.map((files, index) => new GroupProcess(folder, `${round}-${index}`, files));
      pending = await runRound(processes, options);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs every process and resolves with the groups that are left to do. */
async function runRound(processes: readonly GroupProcess[], options: GroupRunOptions): Promise<string[][]> {
  const { concurrency, fileTimeoutMs, signal, reporter } = options;
  const running = new Map(processes.map((process) => [process.entry, process]));
  const errors = new Map<string, NodeTestError | undefined>();
  for (const { entry, title, files } of processes) reporter.addProcess(entry, title, files);
  const watch = setInterval(() => {
    for (const process of running.values()) process.killIfStuck(fileTimeoutMs);
  }, CHECK_INTERVAL_MS);
  try {
    const events = run({ files: [...running.keys()], concurrency, signal });
    options.onStream(events);
    for await (const event of events) {
      const { type, data } = event as TestEvent;
      if (type === 'test:complete' && data.nesting === 0 && running.delete(data.name ?? '')) {
        errors.set(data.name ?? '', data.details?.error as NodeTestError | undefined);
      }
      reporter.onEvent(event as TestEvent);
    }
  } finally {
    clearInterval(watch);
  }
  return processes
    .map((process) => settle(process, errors.get(process.entry), options))
    .filter((files) => files.length > 0);
}

/** Reports how the process ended if that was not as it should; returns the files that are left to do. */
function settle(process: GroupProcess, error: NodeTestError | undefined, options: GroupRunOptions): string[] {
  const { reporter, signal } = options;
  const left = process.files.filter((file) => !reporter.hasFinished(file));
  if (signal.aborted) {
    for (const file of left) reporter.fail(file, 'The run was interrupted before this file ended');
    return [];
  }
  if (left.length === 0) {
    const isExplained = error === undefined || (error.failureType === 'subtestsFailed' && error.signal == null);
    if (!isExplained) reporter.fail(process.title, describeEnd(error));
    return [];
  }
  const { started, isStopped } = process.readProgress();
  const last = started.at(-1) ?? process.files[0] ?? '';
  // It stops by itself after a failure that has been reported.
  if (!isStopped || left.includes(last)) reporter.fail(last, describeEnd(error));
  return left.filter((file) => file !== last);
}
