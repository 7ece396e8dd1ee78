import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { clusterOptions, firstNode } from '../../support/test-cluster.ts';

const VERSION = '6.2.2';
const TIMEOUT_MS = 300_000;
const MAX_OUTPUT_BYTES = 64 * 2 ** 20;

const run = promisify(execFile);

/** Why cqlsh is not there, or nothing when it is; it is installed in the user's cache folder the first time. */
export async function installCqlsh(): Promise<string | undefined> {
  const folder = installation();
  if (existsSync(pythonIn(folder))) return undefined;
  const unfinished = `${folder}.${process.pid}`;
  try {
    await mkdir(dirname(folder), { recursive: true });
    await run('python3', ['-m', 'venv', unfinished], { timeout: TIMEOUT_MS });
    const packages = ['install', '--quiet', '--disable-pip-version-check', `cqlsh==${VERSION}`];
    await run(pythonIn(unfinished), ['-m', 'pip', ...packages], { timeout: TIMEOUT_MS });
    await rename(unfinished, folder);
    return undefined;
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    // Another process may have been first.
    if (existsSync(pythonIn(folder))) return undefined;
    const [firstLine = ''] = String((error as Error).message).split('\n');
    return `cqlsh ${VERSION} cannot be installed by python3 and pip: ${firstLine}`;
  }
}

/** Executes statements and commands of cqlsh in a keyspace; resolves with what it prints. */
export async function cqlsh(keyspace: string, script: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'cqlsh-'));
  try {
    const file = join(folder, 'script.cql');
    await writeFile(file, script);
    const { host, port } = firstNode();
    const { credentials } = clusterOptions();
    const login = credentials === undefined ? [] : ['-u', credentials.username, '-p', credentials.password];
    const options = ['--no-color', '--encoding', 'utf-8', '--request-timeout', '60', '-k', keyspace, '-f', file];
    const command = run(pythonIn(installation()), ['-m', 'cqlshlib', host, String(port), ...login, ...options], {
      cwd: folder,
      // Neither the user's settings nor their history are touched.
      env: { ...process.env, HOME: folder, PYTHONWARNINGS: 'ignore', PYTHONIOENCODING: 'utf-8' },
      timeout: TIMEOUT_MS,
      maxBuffer: MAX_OUTPUT_BYTES,
    });
    // It goes on after an error, and only then says so by its exit code.
    const { stdout, stderr } = await command.catch((failure: unknown) => failure as { stdout: string; stderr: string });
    if (stderr === undefined || stderr.trim() !== '') throw new Error(`cqlsh failed: ${shortened(stderr)}`);
    return stdout;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The rows of a table as cqlsh exports them: fields as text, null for what is not there. */
export async function copyTo(
  keyspace: string,
  table: string,
  columns: readonly string[],
): Promise<(string | null)[][]> {
  const folder = await mkdtemp(join(tmpdir(), 'cqlsh-copy-'));
  try {
    const file = join(folder, 'rows.csv');
    const options = [
      `NULL='${NULL_MARK}'`,
      `QUOTE='"'`,
      `ESCAPE='"'`,
      // It takes up to four digits less below 1; 17 are what a double needs.
      'FLOATPRECISION=21',
      'DOUBLEPRECISION=21',
      'NUMPROCESSES=1',
    ];
    const output = await cqlsh(
      keyspace,
      `COPY ${table} (${columns.join(', ')}) TO '${file}' WITH ${options.join(' AND ')};\n`,
    );
    if (!existsSync(file)) throw new Error(`cqlsh has not exported ${table}: ${output.slice(0, 2000)}`);
    return parseCsv(await readFile(file, 'utf8'));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const NULL_MARK = '<null>';

/** Cqlsh writes line breaks within values as escapes, so that each line is a row. */
function parseCsv(text: string): (string | null)[][] {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.map((line) =>
    Array.from(line.replace(/\r$/, '').matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,"]*))/g), ([, quoted, bare]) => {
      const field = quoted === undefined ? (bare as string) : quoted.replaceAll('""', '"');
      return field === NULL_MARK ? null : field;
    }),
  );
}

/** What went wrong stands at the end of a line, after the statement. */
function shortened(errors: string): string {
  const lines = errors
    .split('\n')
    .map((line) => (line.length > 1000 ? `${line.slice(0, 300)} ... ${line.slice(-600)}` : line));
  return lines.slice(0, 4).join('\n');
}

/** Undoes how cqlsh shows backslashes and control characters: as Python does. */
export function unescape(text: string): string {
  return text.replace(/\\(\\|n|r|t|x[0-9a-f]{2}|u[0-9a-f]{4})/g, (_, escaped: string) => {
    const single: Readonly<Record<string, string>> = { '\\': '\\', n: '\n', r: '\r', t: '\t' };
    return single[escaped] ?? String.fromCharCode(Number.parseInt(escaped.slice(1), 16));
  });
}

function installation(): string {
  return join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'async-cassandra', `cqlsh-${VERSION}`);
}

function pythonIn(folder: string): string {
  return join(folder, 'bin', 'python');
}
