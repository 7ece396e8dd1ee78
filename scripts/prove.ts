/**
 * Runs what takes longer than CI has time for, and writes down what it printed.
 *
 *     npm run prove                          everything, at full size; results go to docs/results/prove-<date>.md
 *     npm run prove -- protocol-fuzz         parts of paths: only these, nothing is written
 *     PROPERTY_SCALE=0.1 npm run prove       a tenth, as CI does; nothing is written
 */
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { stripVTControlCharacters } from 'node:util';

const filters = process.argv.slice(2);
const isWhole = filters.length === 0 && process.env['PROPERTY_SCALE'] === undefined;
const lines: string[] = [];

const child = spawn('npm', ['run', '--silent', 'tests', 'prove', ...filters, '--', '--spec'], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
child.stdout.setEncoding('utf8').on('data', (text: string) => {
  process.stdout.write(text);
  lines.push(text);
});
child.on('close', (code) => {
  process.exitCode = code ?? 1;
  if (!isWhole || code !== 0) return;
  const date = new Date().toISOString().slice(0, 10);
  mkdirSync('docs/results', { recursive: true });
  writeFileSync(`docs/results/prove-${date}.md`, formatResults(date, lines.join('')));
  process.stdout.write(`Written to docs/results/prove-${date}.md\n`);
});

function formatResults(date: string, output: string): string {
  const printed = stripVTControlCharacters(output).trim();
  return `# What \`npm run prove\` printed on ${date}

Node ${process.versions.node} on ${process.platform} ${process.arch}, ${availableParallelism()} cores. Repeat it with \`npm run prove\`.

\`\`\`text
${printed}
\`\`\`
`;
}
