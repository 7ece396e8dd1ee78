import { alertsPage, prometheusRules } from './alert-files.ts';
import { grafanaDashboard } from './grafana.ts';

/** All generated files by their paths from the package, with what they should hold. */
export function generatedFiles(): ReadonlyMap<string, string> {
  return new Map([
    ['dashboards/grafana.json', `${JSON.stringify(grafanaDashboard(), null, 2)}\n`],
    ['dashboards/alerts.yml', prometheusRules()],
    ['../../docs/alerts.md', alertsPage()],
  ]);
}
