import assert from 'node:assert/strict';
import { before, it } from 'node:test';
import {
  AlreadyExistsError,
  AsyncCassandraError,
  CqlSyntaxError,
  FallthroughRetryPolicy,
  InvalidQueryError,
  InvalidValueError,
  type Outcome,
  QueryError,
  ServerConfigurationError,
  UnavailableError,
} from 'async-cassandra';
import { describeOnEveryPair } from './support/every-pair.ts';
import { executeAll, uniqueName } from './support/test-cluster.ts';

const SCHEMA = ['CREATE TABLE people (id text PRIMARY KEY, n int)'];

interface Expected {
  readonly errorClass: new (...args: never[]) => QueryError;
  readonly serverCode: number;
  readonly code: string;
  readonly outcome: Outcome;
}

describeOnEveryPair('Errors of the server', SCHEMA, (context) => {
  const rejects = async (work: Promise<unknown>, expected: Expected): Promise<QueryError> => {
    let caught: unknown;
    await work.catch((error: unknown) => (caught = error));
    assert.ok(caught instanceof expected.errorClass, String(caught));
    assert.ok(caught instanceof QueryError && caught instanceof AsyncCassandraError && caught instanceof Error);
    assert.equal(caught.name, expected.errorClass.name);
    assert.deepEqual(
      [caught.serverCode, caught.code, caught.outcome],
      [expected.serverCode, expected.code, expected.outcome],
    );
    assert.match(String(caught.node), /:\d+$/);
    return caught;
  };
  const invalid: Expected = {
    errorClass: InvalidQueryError,
    serverCode: 0x2200,
    code: 'CASS_ERR_INVALID_QUERY',
    outcome: 'rejected',
  };
  const syntax: Expected = {
    errorClass: CqlSyntaxError,
    serverCode: 0x2000,
    code: 'CASS_ERR_CQL_SYNTAX',
    outcome: 'rejected',
  };
  const unavailable: Expected = {
    errorClass: UnavailableError,
    serverCode: 0x1000,
    code: 'CASS_ERR_UNAVAILABLE',
    outcome: 'rejected',
  };

  it('should be CqlSyntaxError for what is no CQL', async () => {
    const { session } = context;
    const error = await rejects(session.execute('SELECT FROM WHERE'), syntax);
    assert.match(error.message, /no viable alternative/);
    await rejects(session.execute('SELEKT ? FROM people', ['x']), syntax);
    await rejects(session.execute(''), syntax);
  });

  it('should be InvalidQueryError for what cannot be executed', async () => {
    const { session } = context;
    await rejects(session.execute('SELECT * FROM missing'), invalid);
    await rejects(session.execute('SELECT missing FROM people'), invalid);
    await rejects(session.execute('SELECT * FROM people WHERE n = ?', [1]), invalid);
    await rejects(session.execute('INSERT INTO people (n) VALUES (?)', [1]), invalid);
    await rejects(session.execute("INSERT INTO people (id) VALUES ('')"), invalid);
    await rejects(session.execute('SELECT * FROM people WHERE id = ?'), invalid);
    await rejects(session.execute('USE missing_keyspace'), invalid);
  });

  it('should be AlreadyExistsError for what is there', async () => {
    const { session, keyspace } = context;
    const exists: Expected = {
      errorClass: AlreadyExistsError,
      serverCode: 0x2400,
      code: 'CASS_ERR_ALREADY_EXISTS',
      outcome: 'rejected',
    };
    const table = await rejects(session.execute('CREATE TABLE people (id text PRIMARY KEY)'), exists);
    assert.ok(table instanceof AlreadyExistsError);
    assert.deepEqual([table.keyspace, table.table], [keyspace, 'people']);
    const create = `CREATE KEYSPACE ${keyspace} WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}`;
    const whole = await rejects(session.execute(create), exists);
    assert.ok(whole instanceof AlreadyExistsError);
    assert.deepEqual([whole.keyspace, whole.table], [keyspace, '']);
    await session.execute('CREATE TABLE IF NOT EXISTS people (id text PRIMARY KEY)');
  });

  it('should be ServerConfigurationError for what the configuration does not allow', async () => {
    const text = `CREATE KEYSPACE ${uniqueName('never')} WITH replication = {'class': 'NoSuchStrategy'}`;
    await rejects(context.session.execute(text), {
      errorClass: ServerConfigurationError,
      serverCode: 0x2300,
      code: 'CASS_ERR_SERVER_CONFIGURATION',
      outcome: 'rejected',
    });
  });

  it('should never hold the values that were bound', async () => {
    const secret = 'correct horse battery staple';
    const texts = ['INSERT INTO people (id, n) VALUES (?, ?)', 'SELECT * FROM people WHERE id = ? AND missing = ?'];
    for (const text of texts) {
      await assert.rejects(context.session.execute(text, [secret, secret]), (error: unknown) => {
        assert.ok(error instanceof InvalidValueError || error instanceof InvalidQueryError, String(error));
        assert.doesNotMatch(`${String(error)} ${JSON.stringify(error)} ${String(error.stack)}`, /horse/);
        return true;
      });
    }
  });

  const replicated = `${uniqueName('three')}_${context.pair.protocolVersion}${context.pair.compression}`;

  before(async () => {
    await executeAll(context.session, [
      `CREATE KEYSPACE ${replicated} WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 3}`,
      `CREATE TABLE ${replicated}.people (id text PRIMARY KEY, n int)`,
      `CREATE TABLE ${replicated}.hits (id text PRIMARY KEY, n counter)`,
    ]);
  });

  it('should be UnavailableError when too few replicas are alive, with what was required and alive', async () => {
    const { session } = context;
    const select = `SELECT * FROM ${replicated}.people WHERE id = ?`;
    const insert = `INSERT INTO ${replicated}.people (id, n) VALUES (?, ?)`;
    const retryPolicy = new FallthroughRetryPolicy();
    for (const [text, params] of [[select, ['a']] as const, [insert, ['a', 1]] as const]) {
      const error = await rejects(session.execute(text, params, { consistency: 'QUORUM', retryPolicy }), unavailable);
      assert.ok(error instanceof UnavailableError);
      assert.deepEqual([error.consistency, error.required, error.alive], ['QUORUM', 2, 1]);
    }
    const three = await rejects(session.execute(select, ['a'], { consistency: 'THREE', retryPolicy }), unavailable);
    assert.ok(three instanceof UnavailableError);
    assert.deepEqual([three.consistency, three.required, three.alive], ['THREE', 3, 1]);
    const insertOnce = session.execute(`${insert} IF NOT EXISTS`, ['a', 1], { retryPolicy });
    // It may come from the phase in which what was agreed on is written, after the agreement.
    const conditional = await rejects(insertOnce, { ...unavailable, outcome: 'unknown' });
    assert.equal((conditional as UnavailableError).required, 2);
    const counter = `UPDATE ${replicated}.hits SET n = n + 1 WHERE id = ?`;
    await rejects(session.execute(counter, ['a'], { consistency: 'ALL', retryPolicy }), unavailable);
    await session.execute(insert, ['a', 1], { consistency: 'ONE' });
    assert.equal((await session.execute(select, ['a'], { consistency: 'ONE' })).one()?.['n'], 1);
  });

  it('should be the error of a request that no node is left for, all having answered', async () => {
    const work = context.session.execute(`SELECT * FROM ${replicated}.people`, undefined, { consistency: 'ALL' });
    await assert.rejects(work, (error: unknown) => {
      assert.ok(error instanceof UnavailableError, String(error));
      assert.deepEqual([error.consistency, error.required, error.alive], ['ALL', 3, 1]);
      assert.equal(error.outcome, 'rejected');
      return true;
    });
  });

  it('should drop the keyspace again', async () => {
    await executeAll(context.session, [`DROP KEYSPACE ${replicated}`]);
  });
});
