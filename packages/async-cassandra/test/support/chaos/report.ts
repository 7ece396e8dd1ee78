import type { Figures } from './figures.ts';

const COLUMNS = [
  'fault',
  'client',
  'requests',
  'p50',
  'p99',
  'max',
  'p99 after',
  'failed',
  'last failure',
  'in use again',
];

/** The figures as a table in Markdown; times in milliseconds. */
export function tableOf(figures: readonly Figures[]): string {
  let last = '';
  const rows = figures.map((each) => {
    const { phase, client, during, after, failures, unexcused, lastFailureMs, inUseMs } = each;
    const cells = [
      phase === last ? '' : phase,
      client,
      String(during.count),
      ms(during.p50),
      ms(during.p99),
      ms(during.max),
      after.count === 0 ? '' : ms(after.p99),
      failures.length === unexcused.length ? String(failures.length) : `${unexcused.length} (${failures.length})`,
      lastFailureMs === undefined ? '' : ms(lastFailureMs),
      phase === 'no fault' ? '' : inUseMs === undefined ? 'never' : ms(inUseMs),
    ];
    last = phase;
    return cells;
  });
  return [COLUMNS, COLUMNS.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** What failed and why, a line for each reason. */
export function failuresOf(figures: readonly Figures[]): string[] {
  return figures.flatMap(({ phase, client, failures }) => {
    const kinds = new Map<string, number>();
    for (const { failure = 'never settled' } of failures)
      kinds.set(brief(failure), (kinds.get(brief(failure)) ?? 0) + 1);
    return [...kinds].map(([failure, count]) => `${phase}, ${client}: ${count} x ${failure}`);
  });
}

/** Without addresses, which differ, and without what follows in further lines. */
function brief(failure: string): string {
  return (failure.split('\n')[0] ?? '').replace(/[\d.]+:\d+/g, 'node');
}

function ms(value: number): string {
  return value < 10 ? value.toFixed(1) : Math.round(value).toLocaleString('en');
}
