/** How the files of a suite are run; a suite is a folder below some `test/`. */
export interface SuiteSettings {
  /** Processes at a time. */
  readonly concurrency: number;
  /** Limit for one file, in milliseconds. */
  readonly fileTimeoutMs: number;
  /** At most so many files share a process; by default each has its own. */
  readonly filesPerProcess?: number;
}

const MINUTE = 60_000;

const settings: Readonly<Record<string, SuiteSettings>> = {
  unit: { concurrency: 2, fileTimeoutMs: MINUTE, filesPerProcess: 32 },
  property: { concurrency: 2, fileTimeoutMs: 5 * MINUTE, filesPerProcess: 8 },
  tooling: { concurrency: 2, fileTimeoutMs: 3 * MINUTE },
  packaging: { concurrency: 1, fileTimeoutMs: 5 * MINUTE },
  integration: { concurrency: 1, fileTimeoutMs: 15 * MINUTE },
  acceptance: { concurrency: 1, fileTimeoutMs: 5 * MINUTE },
  cluster: { concurrency: 1, fileTimeoutMs: 10 * MINUTE },
  prove: { concurrency: 1, fileTimeoutMs: 24 * 60 * MINUTE },
};

const OTHERS: SuiteSettings = { concurrency: 1, fileTimeoutMs: 10 * MINUTE };

export function suiteSettings(suite: string): SuiteSettings {
  return settings[suite] ?? OTHERS;
}
