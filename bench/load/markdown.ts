import { column, type CellResult, type EntryResult, type LoadResults, ratio } from './results.ts';
import { format, spread } from './statistics.ts';
import { ROWS_OF_W3, type Workload, WORKLOAD_TITLES } from './workloads.ts';

interface Column {
  readonly title: string;
  readonly of: (entry: EntryResult, cell: CellResult) => string;
}

const plain = (title: string, figure: string, scale = 1): Column => ({
  title,
  of: (entry) => format(column(entry, figure) * scale),
});

const spreadOf = (figure: string): Column => ({
  title: 'spread',
  of: ({ runs }) => `±${Math.round(spread(runs.map((run) => run[figure] ?? Number.NaN)) * 100)} %`,
});

/** How a contestant stands to another of its cell, at the processor time or what else is given. */
const against = (title: string, name: string, figure: string, isInverse = false): Column => ({
  title,
  of: (entry, cell) => {
    const other = cell.entries.find((each) => each.name === name);
    if (other === undefined) return '';
    return format(isInverse ? ratio(other, entry, figure).value : ratio(entry, other, figure).value);
  },
});

const LATENCIES = [plain('p50 us', 'p50Us'), plain('p99 us', 'p99Us'), plain('p99.9 us', 'p999Us')];
const PROCESSOR = [
  plain('CPU us', 'cpuUs'),
  spreadOf('cpuUs'),
  against('to raw', 'raw', 'cpuUs'),
  against('cassandra-driver to it', 'cassandra-driver', 'cpuUs', true),
];
const LOOP = [
  plain('stub CPU us', 'serverUs'),
  plain('loop delay p99 ms', 'loopDelayP99Ms'),
  plain('peak MB', 'peakMb'),
  plain('failed', 'failed'),
];

const COLUMNS: Readonly<Record<CellResult['group'], readonly Column[]>> = {
  throughput: [...PROCESSOR, plain('operations/s', 'perSecond'), ...LATENCIES, ...LOOP],
  latency: [...PROCESSOR, plain('operations/s', 'perSecond'), ...LATENCIES, ...LOOP],
  slow: [plain('CPU us', 'cpuUs'), plain('operations/s', 'perSecond'), ...LATENCIES, plain('failed', 'failed')],
  burst: [
    plain('first ms', 'firstMs'),
    plain('later ms', 'laterMs'),
    against('to raw', 'raw', 'laterMs'),
    plain('CPU ms', 'cpuMs'),
    plain('longest block ms', 'longestBlockMs'),
    plain('failed', 'failed'),
    plain('out of order', 'outOfOrder'),
    plain('peak MB', 'peakMb'),
  ],
  idle: [plain('resident KB a client', 'rssKb'), plain('heap KB a client', 'heapKb')],
  startup: [
    plain('import ms', 'importMs'),
    plain('connect ms', 'connectMs'),
    plain('first query ms', 'firstQueryMs'),
    plain('whole process ms', 'processMs'),
    plain('resident MB', 'rssMb'),
  ],
  workers: [
    plain('operations/s', 'perSecond'),
    plain('CPU us', 'cpuUs'),
    plain('p99 us', 'p99Us'),
    plain('peak MB', 'peakMb'),
  ],
};

export function cellMarkdown(cell: CellResult): string {
  const columns = COLUMNS[cell.group].map((each) => (isOfRows(cell) ? ofRows(each) : each));
  const lines = [
    `### ${heading(cell)}`,
    '',
    `| client | ${columns.map(({ title }) => title).join(' | ')} |`,
    `|---|${'---|'.repeat(columns.length)}`,
    ...cell.entries.map((entry) => `| ${entry.name} | ${columns.map(({ of }) => of(entry, cell)).join(' | ')} |`),
  ];
  return lines.join('\n');
}

function isOfRows(cell: CellResult): boolean {
  return cell.group === 'throughput' && cell.entries[0]?.spec.workload === 'w3';
}

/** What is told for each row where an operation has very many. */
function ofRows(column: Column): Column {
  if (column.title === 'CPU us') return plain('CPU us a row', 'cpuUs', 1 / ROWS_OF_W3);
  return column.title === 'operations/s' ? plain('rows/s', 'perSecond', ROWS_OF_W3) : column;
}

function heading(cell: CellResult): string {
  const workload = cell.title.slice(0, 2) as Workload;
  const about = cell.group === 'throughput' ? WORKLOAD_TITLES[workload] : undefined;
  return about === undefined ? cell.title : `${cell.title}: ${about}`;
}

export function pageMarkdown(results: LoadResults, command: string, plot: string): string {
  const pinned = results.isPinned ? 'client and server on a core each' : 'not pinned to cores';
  return [
    `# Benchmarks of ${results.at.slice(0, 10)}`,
    '',
    `Printed by \`${command}\`: ${results.machine}; ${results.server}; ${pinned}; medians, ratios of runs that followed each other. What the`,
    'columns mean and what was done is said in [benchmarks](../benchmarks.md#the-load-benchmark).',
    '',
    `![Processor time for each operation](${plot})`,
    '',
    results.cells.map(cellMarkdown).join('\n\n'),
    '',
  ].join('\n');
}
