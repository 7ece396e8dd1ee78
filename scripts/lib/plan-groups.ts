import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const OWN_PROCESS = /^\/\/ Own process: \S/m;

export interface GroupLimits {
  /** Groups that run at a time. */
  readonly concurrency: number;
  /** At most so many files share a process; by default each has its own. */
  readonly filesPerProcess: number | undefined;
}

/** Which files share a process, and which have one of their own. */
export interface TestPlan {
  readonly groups: readonly (readonly string[])[];
  readonly alone: readonly string[];
}

/**
 * Deals the files out to groups of about the same size, enough of them to keep every place busy. Neighbours, which take
 * about as long, come into different groups.
 */
export function planGroups(root: string, files: readonly string[], limits: GroupLimits): TestPlan {
  const { concurrency, filesPerProcess } = limits;
  if (filesPerProcess === undefined) return { groups: [], alone: files };
  const alone = files.filter((file) => needsOwnProcess(root, file));
  const shared = files.filter((file) => !alone.includes(file));
  const count = Math.min(shared.length, Math.max(concurrency, Math.ceil(shared.length / filesPerProcess)));
  const groups = Array.from({ length: count }, (): string[] => []);
  shared.forEach((file, index) => groups[index % count]?.push(file));
  return { groups, alone };
}

/** Files about Node's flags or heap, by their name, and those that say so in a line `// Own process: <why>`. */
function needsOwnProcess(root: string, file: string): boolean {
  return file.endsWith('.node.test.ts') || OWN_PROCESS.test(readFileSync(join(root, file), 'utf8'));
}
