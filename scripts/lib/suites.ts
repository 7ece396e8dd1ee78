/** How the files of a suite are run; a suite is a folder below some `test/`. */
export interface SuiteSettings {
  /** Test files at a time. */
  readonly concurrency: number;
  /** Limit for one file, in milliseconds. */
  readonly fileTimeoutMs: number;
}

const MINUTE = 60_000;

const settings: Readonly<Record<string, SuiteSettings>> = {
  unit: { concurrency: 2, fileTimeoutMs: MINUTE },
  property: { concurrency: 2, fileTimeoutMs: 5 * MINUTE },
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
