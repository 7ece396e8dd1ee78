import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startStub } from '../../support/stub/start-stub.ts';
import type { Stub } from '../../support/stub/start-stub.ts';
import { STUB_STATEMENTS, STUB_VALUES } from '../../support/stub/statements.ts';
import { stubColumns } from '../../support/stub/tables.ts';
import { decodeValue, encodeBatch, opcodes, t } from '../../support/wire/index.ts';
import { WireClient } from '../../support/wire-client.ts';

const PAGES = 3;
const PAGE_ROWS = 2_500;
const key = Buffer.from(STUB_VALUES.id.replaceAll('-', ''), 'hex');
const forms = [4, 5].flatMap((version) => (['none', 'lz4'] as const).map((compression) => ({ version, compression })));

describe('the stub for programs that measure', () => {
  let stub: Stub;
  before(async () => {
    stub = await startStub({ pages: PAGES, pageRows: PAGE_ROWS, slowEvery: 50, slowMs: 30 });
  });
  after(async () => stub[Symbol.asyncDispose]());

  for (const form of forms) {
    describe(`in version ${form.version}, compression ${form.compression}`, () => {
      const connect = (): Promise<WireClient> => WireClient.connect({ host: '127.0.0.1', port: stub.port, ...form });

      it('should answer the read of a row as it prepared it, with and without metadata', async () => {
        const client = await connect();
        const statement = await client.prepare(STUB_STATEMENTS.w1);
        assert.deepEqual(
          statement.result.columns?.map(({ name }) => name),
          stubColumns.w1.map(({ name }) => name),
        );
        for (const skipMetadata of [false, true]) {
          const answer = await client.execute(statement, { values: [key], skipMetadata });
          assert.equal(answer.kind, 'rows');
          assert.equal(answer.metadata.columns === undefined, skipMetadata);
          const values = answer.rows[0]?.map(
            (bytes, i) => bytes && decodeValue(stubColumns.w1[i]?.type ?? t.blob, bytes),
          );
          assert.deepEqual(values, Object.values(STUB_VALUES));
        }
        client.close();
      });

      it('should answer every one of many requests at once', async () => {
        const client = await connect();
        const read = await client.prepare(STUB_STATEMENTS.w4);
        const write = await client.prepare(STUB_STATEMENTS.w2);
        const answers = await Promise.all(
          Array.from({ length: 500 }, (_, i) =>
            i % 2 === 0
              ? client.execute(read, { values: [key] })
              : client.execute(write, { values: [key, key, key, key, key] }),
          ),
        );
        assert.ok(answers.every(({ kind }, i) => kind === (i % 2 === 0 ? 'rows' : 'void')));
        const batch = encodeBatch(form.version, 0, [{ id: write.id, values: [key, key, key, key, key] }]);
        assert.equal((await client.request(opcodes.BATCH, batch)).message.kind, 'void');
        client.close();
      });

      it('should give the pages of a large result, each once', async () => {
        const client = await connect();
        const statement = await client.prepare(STUB_STATEMENTS.w3);
        let pagingState: Buffer | null | undefined;
        let pages = 0;
        do {
          const answer = await client.execute(statement, {
            values: [key],
            pageSize: 5_000,
            ...(pagingState && { pagingState }),
          });
          assert.equal(answer.kind, 'rows');
          assert.equal(answer.rows.length, PAGE_ROWS);
          const last = answer.rows.at(-1)?.[2];
          assert.equal(last && decodeValue(t.bigint, last), BigInt(PAGE_ROWS - 1) * 1_000_003n);
          ({ pagingState } = answer.metadata);
          pages++;
        } while (pagingState);
        assert.equal(pages, PAGES);
        client.close();
      });
    });
  }

  it('should leave to scripted servers what it does not know', async () => {
    const client = await WireClient.connect({ host: '127.0.0.1', port: stub.port, version: 5 });
    const answer = await client.query('SELECT cluster_name FROM system.local');
    assert.equal(answer.kind, 'rows');
    assert.equal((await client.query('SELECT * FROM nowhere.at_all')).kind, 'error');
    client.close();
  });
});
