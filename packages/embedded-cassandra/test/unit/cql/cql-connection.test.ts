import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CqlConnection } from '../../../src/cql/cql-connection.ts';
import { type Answer, type CqlRequest, cqlServer, errorAnswer, rowsAnswer } from '../../support/cql-server.ts';

const ready: Answer = { opcode: 2, body: Buffer.alloc(0) };
const supported: Answer = { opcode: 6, body: Buffer.from([0, 0]) };
const authenticate: Answer = { opcode: 3, body: Buffer.from([0, 1, 65]) };
const authSuccess: Answer = { opcode: 0x10, body: Buffer.from([255, 255, 255, 255]) };
const rows = [
  [Buffer.from('a'), null],
  [Buffer.alloc(0), Buffer.from('bc')],
];

function node({ opcode }: CqlRequest): Answer {
  if (opcode === 5) return supported;
  if (opcode === 1) return ready;
  return rowsAnswer(rows);
}

function endPoint(port: number): Parameters<typeof CqlConnection.open>[0] {
  return { address: '127.0.0.1', port, credentials: undefined, tls: undefined };
}

describe('the probing connection', () => {
  for (const pieceBytes of [1, 7, 65_536]) {
    it(`should ask for options, start up and query, answered in pieces of ${pieceBytes} bytes`, async (t) => {
      const server = await cqlServer(t, node, pieceBytes);
      const connection = await CqlConnection.open(endPoint(server.port), 5_000);
      assert.deepEqual(await connection.query('SELECT x FROM y', 5), rows);
      connection.close();
      assert.deepEqual(
        server.requests.map(({ opcode }) => opcode),
        [5, 1, 7],
      );
      assert.equal(server.requests[1]?.body.toString('latin1'), '\0\x01\0\x0bCQL_VERSION\0\x053.0.0');
      assert.equal(server.requests[2]?.body.toString('latin1'), '\0\0\0\x0fSELECT x FROM y\0\x05\x02');
    });
  }

  it('should log in with the credentials when the node asks for them', async (t) => {
    const server = await cqlServer(t, (request) => {
      if (request.opcode === 1) return authenticate;
      return request.opcode === 15 ? authSuccess : node(request);
    });
    const credentials = { username: 'ann', password: 'pw' };
    const connection = await CqlConnection.open({ ...endPoint(server.port), credentials }, 5_000);
    connection.close();
    assert.equal(server.requests[2]?.body.toString('latin1'), '\0\0\0\x07\0ann\0pw');
  });

  it('should give the error that the node answers with', async (t) => {
    const refused = await cqlServer(t, (request) =>
      request.opcode === 1 ? errorAnswer(0x100, 'Bad login') : node(request),
    );
    await assert.rejects(CqlConnection.open(endPoint(refused.port), 5_000), { code: 0x100, message: 'Bad login' });
    const unavailable = await cqlServer(t, (request) =>
      request.opcode === 7 ? errorAnswer(0x1000, 'No replica') : node(request),
    );
    const connection = await CqlConnection.open(endPoint(unavailable.port), 5_000);
    await assert.rejects(connection.query('SELECT', 5), { code: 0x1000 });
    connection.close();
    await assert.rejects(connection.query('SELECT', 5), /closed/);
  });

  it('should give up on a node that accepts and does not answer', async (t) => {
    const server = await cqlServer(t, () => null);
    await assert.rejects(CqlConnection.open(endPoint(server.port), 100), /within 100 ms/);
  });

  it('should fail when nobody listens', async () => {
    await assert.rejects(CqlConnection.open(endPoint(1), 1_000), { code: 'ECONNREFUSED' });
  });

  it('should take a result that is not rows for no rows', async (t) => {
    const server = await cqlServer(t, (request) =>
      request.opcode === 7 ? { opcode: 8, body: Buffer.from([0, 0, 0, 1]) } : node(request),
    );
    const connection = await CqlConnection.open(endPoint(server.port), 5_000);
    assert.deepEqual(await connection.query('USE x', 1), []);
    connection.close();
  });
});
