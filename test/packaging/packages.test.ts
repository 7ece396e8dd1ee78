import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type Consumer, createConsumer, root } from './consumer.ts';

interface Manifest {
  readonly dependencies?: Record<string, string>;
  readonly optionalDependencies?: Record<string, string>;
  readonly peerDependencies?: Record<string, string>;
  readonly peerDependenciesMeta?: Record<string, { optional?: boolean }>;
  readonly exports: Record<string, string | Record<string, string>>;
  readonly scripts?: Record<string, string>;
}

/** The exact dependencies of what is published; a change here is a decision, not an accident. */
const DEPENDENCIES: Record<string, Record<string, string>> = {
  'async-cassandra': {},
  'embedded-cassandra': { 'cli-progress': '3.12.0', commander: '14.0.3' },
};

/** Some exports that must be there, whatever else comes. */
const EXPORTS: Record<string, readonly string[]> = {
  'async-cassandra': [
    'AsyncCluster',
    'AsyncCassandraSession',
    'BatchStatement',
    'cql',
    'AsyncCassandraError',
    'Duration',
    'unset',
  ],
  'embedded-cassandra': ['EmbeddedCluster'],
};

const PROGRAMS: Record<string, string> = {
  'async-cassandra': `
    import { AsyncCluster, BatchStatement, cql, type AsyncCassandraSession } from 'async-cassandra';
    interface User extends Record<string, unknown> { id: string; name: string }
    export async function main(): Promise<string[]> {
      await using cluster = new AsyncCluster({ contactPoints: ['127.0.0.1'], localDataCenter: 'dc1' });
      const session: AsyncCassandraSession = await cluster.connect('shop');
      const users = await session.prepare<User>('SELECT * FROM users WHERE id = ?', { idempotent: true });
      const rows = await session.execute(users, ['1'], { consistency: 'LOCAL_QUORUM', timeoutMs: 500 });
      const batch = new BatchStatement('logged').add(cql\`DELETE FROM users WHERE id = \${'1'}\`);
      await session.executeBatch(batch);
      return [...(await rows.all())].map((row) => row.name);
    }`,
  'embedded-cassandra': `
    import { EmbeddedCluster } from 'embedded-cassandra';
    export async function main(): Promise<readonly string[]> {
      await using cluster = await EmbeddedCluster.start({ nodes: 1 });
      return cluster.contactPoints;
    }`,
};

for (const [name, dependencies] of Object.entries(DEPENDENCIES)) {
  describe(`the package ${name}, installed from its tarball`, () => {
    let consumer: Consumer;
    let manifest: Manifest;

    before(() => {
      consumer = createConsumer(name);
      manifest = JSON.parse(
        readFileSync(join(consumer.folder, 'node_modules', name, 'package.json'), 'utf8'),
      ) as Manifest;
    });
    after(() => consumer?.remove());

    it('should depend on exactly what is written down here', () => {
      assert.deepEqual(manifest.dependencies ?? {}, dependencies);
      assert.deepEqual(manifest.optionalDependencies ?? {}, {});
      assert.deepEqual(manifest.scripts ?? {}, {}, 'nothing runs at install');
    });

    it('should make every peer optional, and work without any', () => {
      for (const peer of Object.keys(manifest.peerDependencies ?? {})) {
        assert.equal(manifest.peerDependenciesMeta?.[peer]?.optional, true, peer);
        assert.equal(existsSync(join(consumer.folder, 'node_modules', peer)), false, `${peer} must be absent here`);
      }
    });

    it('should hold licence and notice as the repository does, and no sources or tests', () => {
      const installed = join(consumer.folder, 'node_modules', name);
      for (const file of ['LICENSE', 'NOTICE']) {
        assert.equal(readFileSync(join(installed, file), 'utf8'), readFileSync(join(root, file), 'utf8'));
      }
      for (const folder of ['src', 'test', 'etc', 'node_modules'])
        assert.equal(existsSync(join(installed, folder)), false);
    });

    it('should be imported as an ES module', () => {
      const output = consumer.run(
        'esm.js',
        `import * as it from '${name}';\nconsole.log(JSON.stringify(Object.keys(it)));\n`,
      );
      assertExports(name, output);
    });

    it('should be loaded by require(), without a warning', () => {
      const text = `const it = require('${name}');\nconsole.log(JSON.stringify(Object.keys(it)));\n`;
      assertExports(name, consumer.run('commonjs.cjs', text));
    });

    it('should let the process end by itself after the import', () => {
      const output = consumer.run('ends.js', `import '${name}';\nprocess.on('exit', () => console.log('ended'));\n`);
      assert.equal(output, 'ended\n');
    });

    it('should load every entry point that needs no peer', () => {
      for (const [path, target] of Object.entries(manifest.exports)) {
        if (typeof target === 'string') continue;
        assert.ok(existsSync(join(consumer.folder, 'node_modules', name, target['types'] ?? '')), path);
        assert.ok(existsSync(join(consumer.folder, 'node_modules', name, target['default'] ?? '')), path);
      }
    });

    it('should load without any peer, but for the entry points that are made for one, which name it', () => {
      const peers = Object.keys(manifest.peerDependencies ?? {});
      const paths = Object.keys(manifest.exports).filter((path) => path !== './package.json');
      const names = paths.map((path) => `${name}${path.slice(1)}`);
      const text = `for (const name of ${JSON.stringify(names)})
        await import(name).then(
          () => console.log(name + ' ok'),
          ({ code, message }) => console.log(name + ' ' + code + ' ' + /package '([^']+)'/.exec(message)?.[1]),
        );\n`;
      const lines = consumer.run('entries.js', text).trim().split('\n');
      assert.equal(lines[0], `${name} ok`);
      for (const line of lines.slice(1)) {
        const [entry, result, missing = ''] = line.split(' ');
        assert.ok(
          result === 'ok' || (result === 'ERR_MODULE_NOT_FOUND' && peers.includes(missing)),
          `${entry}: ${line}`,
        );
      }
    });

    it('should be usable from a strict TypeScript program', () => {
      consumer.typeCheck('main.ts', PROGRAMS[name] ?? '');
    });
  });
}

function assertExports(name: string, output: string): void {
  const names = JSON.parse(output) as string[];
  for (const expected of EXPORTS[name] ?? []) assert.ok(names.includes(expected), `${expected} is not exported`);
  assert.equal(names.includes('default'), false, 'there is no default export');
}
