import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

const source = new URL('../../../../src/codecs/index.ts', import.meta.url).href;

/** Decodes and encodes often enough for a function to be generated, where that is allowed. */
const script = `
import { CodecRegistry, compileParameterEncoder, compileRowDecoder } from ${JSON.stringify(source)};
import { ByteReader, ByteWriter } from ${JSON.stringify(source.replace('/codecs/', '/protocol/'))};
const registry = new CodecRegistry();
const columns = [['id', { kind: 'uuid' }], ['name', { kind: 'text' }], ['tags', { kind: 'list', element: { kind: 'int' }, frozen: false }]]
  .map(([name, type]) => ({ keyspace: 'k', table: 't', name, type }));
const encoder = compileParameterEncoder(columns, registry, 0);
const decoder = compileRowDecoder(columns, registry, 0);
const w = new ByteWriter(64);
const rows = [];
for (let i = 0; i < 3; i++) encoder.write(w, ['5f3a1c2e-7b4d-4e6f-8a91-0b2c3d4e5f60', 'name', [i, null]]);
decoder.decode(ByteReader.of(w.buf.subarray(0, w.pos)), 3, rows);
process.stdout.write(JSON.stringify({ generates: registry.codeGeneration, bytes: w.buf.toString('hex', 0, w.pos), rows }));
`;

// The loader of the tests themselves: what two compilers make of one source cannot be added up to one coverage.
const loader = new URL('../../../../../../scripts/loader/register.mjs', import.meta.url).href;

function run(...flags: string[]): { generates: boolean; bytes: string; rows: unknown[] } {
  const args = [...flags, '--import', loader, '--input-type=module', '--eval', script];
  const cwd = fileURLToPath(new URL('../../../../', import.meta.url));
  return JSON.parse(
    execFileSync(process.execPath, args, { cwd, encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '' } }),
  ) as never;
}

describe('code generation', () => {
  it('should not be needed: the results are the same where it is forbidden', () => {
    const allowed = run();
    const forbidden = run('--disallow-code-generation-from-strings');
    assert.equal(allowed.generates, true);
    assert.equal(forbidden.generates, false);
    assert.deepEqual({ ...forbidden, generates: true }, allowed);
    assert.deepEqual(allowed.rows[2], { id: '5f3a1c2e-7b4d-4e6f-8a91-0b2c3d4e5f60', name: 'name', tags: [2, null] });
  });
});
