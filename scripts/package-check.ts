/** Checks each package as it would be published: publint for its package.json, attw for its types (ESM only). */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { packPackage } from './lib/pack.ts';
import { runCommand } from './lib/run-command.ts';
import { publishedPackages } from './lib/workspace.ts';

const ATTW = 'node_modules/@arethetypeswrong/cli/dist/index.js';

const folder = mkdtempSync(join(tmpdir(), 'package-check-'));
try {
  for (const published of publishedPackages(process.cwd())) {
    const tarball = packPackage(join(process.cwd(), published.folder), folder);
    const messages = await lint(tarball);
    for (const message of messages) process.stdout.write(`publint: ${published.json.name}: ${message}\n`);
    const options = ['--profile', 'esm-only', '--no-definitely-typed', '--no-emoji', '--format', 'ascii'];
    const typed = runCommand(process.execPath, [ATTW, tarball, ...options]);
    if (messages.length > 0 || !typed) process.exitCode = 1;
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function lint(tarball: string): Promise<string[]> {
  const bytes = readFileSync(tarball);
  const data = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  const { messages, pkg } = await publint({ pack: { tarball: data }, level: 'warning', strict: true });
  return messages.map(
    (message) => `${message.type}: ${formatMessage(message, pkg ?? {}, { color: false }) ?? message.code}`,
  );
}
