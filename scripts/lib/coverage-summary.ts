import ts from 'typescript';

/** A line of istanbul's `json-summary` report. */
export interface FileCoverage {
  readonly lines: Counted;
  readonly branches: Counted;
}

export interface Counted {
  readonly total: number;
  readonly covered: number;
}

/** A part of the sources and the least that must be covered of it, in percent. */
export interface CoverageGroup {
  readonly name: string;
  readonly path: string;
  readonly threshold: number;
}

export interface GroupCoverage {
  readonly group: CoverageGroup;
  readonly files: number;
  readonly lines: number;
  readonly branches: number;
  readonly enough: boolean;
}

/** Sums up the files below the group's path; a group without files has enough. */
export function summarise(files: ReadonlyMap<string, FileCoverage>, group: CoverageGroup): GroupCoverage {
  const lines = { total: 0, covered: 0 };
  const branches = { total: 0, covered: 0 };
  let count = 0;
  for (const [path, file] of files) {
    if (!path.startsWith(group.path)) continue;
    count += 1;
    add(lines, file.lines);
    add(branches, file.branches);
  }
  const result = { group, files: count, lines: percent(lines), branches: percent(branches) };
  return { ...result, enough: result.lines >= group.threshold && result.branches >= group.threshold };
}

function add(sum: { total: number; covered: number }, counted: Counted): void {
  sum.total += counted.total;
  sum.covered += counted.covered;
}

function percent({ total, covered }: Counted): number {
  return total === 0 ? 100 : (100 * covered) / total;
}

/** Whether anything is left of the TypeScript file when its types are taken away. */
export function holdsCode(text: string): boolean {
  const compilerOptions = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022, removeComments: true };
  const { outputText } = ts.transpileModule(text, { compilerOptions });
  return outputText.replace('export {};', '').trim() !== '';
}
