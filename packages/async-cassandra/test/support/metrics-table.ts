import { type MetricDefinition, metricDefinitions } from '../../src/observability/index.ts';

/** The table of all metrics, as docs/metrics.md has it. */
export function metricsTable(): string {
  const row = ({ name, type, unit, labels, help }: MetricDefinition): string =>
    `| \`${name}\` | ${type} | ${unit} | ${labels.map((label) => `\`${label}\``).join(', ')} | ${help} |`;
  return ['| metric | type | unit | labels | what |', '|---|---|---|---|---|', ...metricDefinitions.map(row)].join(
    '\n',
  );
}
