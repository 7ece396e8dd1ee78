import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { describe, it } from 'node:test';
import { connectionFromEnvironment } from '../../src/index.ts';
import { CqlConnection } from '../../src/cql/cql-connection.ts';
import { importingSources, processesWith } from '../support/processes.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

describe('the command line with a real node', () => {
  it('should start it, tell how to connect, and stop it on Ctrl-C', async (t) => {
    const workDir = temporaryFolder(t);
    const script = new URL('../support/run-cli.ts', import.meta.url).pathname;
    const args = ['start', '--auth', '--work-dir', workDir, '--yaml', 'read_request_timeout=9s', '--heap-mb', '384'];
    const child = spawn(process.execPath, [...importingSources, script, ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const environment: Record<string, string> = {};
    const lines: string[] = [];
    for await (const line of createInterface({ input: child.stdout })) {
      lines.push(line);
      const [, name, value] = /^export (\w+)=(.*)$/.exec(line) ?? [];
      if (name !== undefined && value !== undefined) environment[name] = value;
      if (line.includes('Ctrl-C')) break;
    }
    t.diagnostic(lines[0] ?? '');
    assert.match(lines[0] ?? '', /^Apache Cassandra 5\.0\.9 is ready after \d+\.\d s$/);
    const target = connectionFromEnvironment(environment);
    assert.equal(target?.localDataCenter, 'dc1');
    const [address = '', port] = (target.contactPoints[0] ?? '').split(':');
    const endPoint = { address, port: Number(port), credentials: target.credentials, tls: undefined };
    const connection = await CqlConnection.open(endPoint, 10_000);
    assert.equal((await connection.query('SELECT key FROM system.local', 1)).length, 1);
    connection.close();
    child.kill('SIGINT');
    const [code] = (await once(child, 'exit')) as [number];
    assert.equal(code, 0);
    assert.deepEqual(readdirSync(workDir), []);
    assert.deepEqual(processesWith(workDir), []);
  });
});
