/**
 * Writes the Grafana dashboard, the alert rules and their page from the list of metrics. A test compares.
 *
 *     node --import tsx packages/async-cassandra/scripts/generate-dashboards.ts
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { generatedFiles } from './dashboards/files.ts';

const folder = join(import.meta.dirname, '..');
for (const [path, text] of generatedFiles()) {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
  process.stdout.write(`${path}\n`);
}
