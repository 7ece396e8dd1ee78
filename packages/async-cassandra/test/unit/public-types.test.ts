import { describe, it } from 'node:test';
import { expectTypeOf } from 'expect-type';
import {
  type AsyncCassandraError,
  type AsyncCassandraSession,
  type AsyncCluster,
  type AsyncContextManageable,
  type AsyncResultSet,
  type AsyncStreamingResultSet,
  type BatchStatement,
  type BoundQuery,
  type CassandraSession,
  type ClusterOptions,
  type Codec,
  type ConcurrentResult,
  type Consistency,
  cql,
  type NodeInfo,
  type Outcome,
  type Params,
  type PreparedStatement,
  QueryError,
  type RequestOptions,
  type Row,
  type StreamConfig,
  UnavailableError,
} from '../../src/index.ts';

interface User extends Row {
  readonly id: string;
  readonly name: string;
}

// Types are checked by the compiler; that these calls are never made does not matter.
type Execute = CassandraSession['execute'];

describe('types of rows', () => {
  it('should be what the caller says they are, and records otherwise', () => {
    expectTypeOf<AsyncCassandraSession>().toExtend<CassandraSession>();
    expectTypeOf<ReturnType<AsyncResultSet<User>['one']>>().toEqualTypeOf<User | null>();
    expectTypeOf<ReturnType<AsyncResultSet<User>['first']>>().toEqualTypeOf<User | null>();
    expectTypeOf<AsyncResultSet<User>['currentRows']>().toEqualTypeOf<User[]>();
    expectTypeOf<ReturnType<AsyncResultSet['all']>>().toEqualTypeOf<Promise<Row[]>>();
    expectTypeOf<AsyncResultSet<User>>().toExtend<AsyncIterable<User>>();
    expectTypeOf<AsyncStreamingResultSet<User>>().toExtend<AsyncIterable<User>>();
    expectTypeOf<AsyncStreamingResultSet<User>>().toExtend<AsyncDisposable>();
    expectTypeOf<ReturnType<AsyncStreamingResultSet<User>['pages']>>().toExtend<AsyncIterable<User[]>>();
    expectTypeOf<Row>().toEqualTypeOf<Record<string, unknown>>();
  });

  it('should be given to a call, or follow from the statement', () => {
    const byText = (session: CassandraSession) => session.execute<User>('SELECT');
    const plain = (session: CassandraSession) => session.execute('SELECT');
    const prepared = (session: CassandraSession, statement: PreparedStatement<User>) => session.execute(statement, [1]);
    const bound = (session: CassandraSession, query: BoundQuery<User>) => session.execute(query);
    const stream = (session: CassandraSession, query: BoundQuery<User>) => session.executeStream(query);
    const template = (session: AsyncCassandraSession) => session.cql<User>`SELECT ${1}`;
    const many = (session: AsyncCassandraSession, statement: PreparedStatement<User>) =>
      session.executeConcurrent(statement, [[1]]);
    expectTypeOf(byText).returns.resolves.toEqualTypeOf<AsyncResultSet<User>>();
    expectTypeOf(plain).returns.resolves.toEqualTypeOf<AsyncResultSet>();
    expectTypeOf(prepared).returns.resolves.toEqualTypeOf<AsyncResultSet<User>>();
    expectTypeOf(bound).returns.resolves.toEqualTypeOf<AsyncResultSet<User>>();
    expectTypeOf(stream).returns.resolves.toEqualTypeOf<AsyncStreamingResultSet<User>>();
    expectTypeOf(template).returns.resolves.toEqualTypeOf<AsyncResultSet<User>>();
    expectTypeOf(many).returns.resolves.toEqualTypeOf<ConcurrentResult<User>>();
    expectTypeOf(cql<User>`SELECT ${1}`).toEqualTypeOf<BoundQuery<User>>();
  });

  it('should not be mixed up', () => {
    expectTypeOf<PreparedStatement<User>>().not.toEqualTypeOf<PreparedStatement>();
    // @ts-expect-error - a row is an object
    type _Wrong = AsyncResultSet<string>;
  });
});

describe('types of what is passed in', () => {
  it('should take positional and named parameters, read-only ones too', () => {
    expectTypeOf<readonly [string, number]>().toExtend<Params>();
    expectTypeOf<{ readonly id: string }>().toExtend<Params>();
    expectTypeOf<string>().not.toExtend<Params>();
    expectTypeOf<number>().not.toExtend<Params>();
    expectTypeOf<Parameters<Execute>[1]>().toEqualTypeOf<Params | undefined>();
  });

  it('should have every request option of the contract, each of which may be undefined', () => {
    expectTypeOf<keyof RequestOptions>().toEqualTypeOf<
      | 'consistency'
      | 'serialConsistency'
      | 'fetchSize'
      | 'pagingState'
      | 'timeoutMs'
      | 'attemptTimeoutMs'
      | 'signal'
      | 'idempotent'
      | 'trace'
      | 'customPayload'
      | 'timestamp'
      | 'keyspace'
      | 'nowInSeconds'
      | 'executionProfile'
      | 'node'
      | 'retryPolicy'
      | 'prepare'
      | 'hints'
    >();
    expectTypeOf<{ [K in keyof RequestOptions]: undefined }>().toExtend<RequestOptions>();
    expectTypeOf<RequestOptions['consistency']>().toEqualTypeOf<Consistency | undefined>();
    expectTypeOf<RequestOptions['node']>().toEqualTypeOf<NodeInfo | string | undefined>();
    expectTypeOf<'quorum'>().not.toExtend<Consistency>();
  });

  it('should have every option of streams', () => {
    expectTypeOf<Exclude<keyof StreamConfig, keyof RequestOptions>>().toEqualTypeOf<
      'prefetchPages' | 'maxPages' | 'pageTimeoutMs' | 'pageCallback'
    >();
    expectTypeOf<{ [K in keyof StreamConfig]: undefined }>().toExtend<StreamConfig>();
  });

  it('should have every option of clusters, each of which may be undefined', () => {
    expectTypeOf<{ [K in keyof ClusterOptions]: undefined }>().toExtend<ClusterOptions>();
    expectTypeOf<Exclude<keyof ClusterOptions, string>>().toEqualTypeOf<never>();
    expectTypeOf<ConstructorParameters<typeof AsyncCluster>[0]>().toEqualTypeOf<ClusterOptions | undefined>();
    expectTypeOf<Codec<bigint>['decode']>().returns.toEqualTypeOf<bigint>();
  });

  it('should take classes for user-defined types that declare the types of their fields', () => {
    type UserTypeClass = Parameters<AsyncCluster['registerUserType']>[2];
    expectTypeOf<new (fields: { readonly street: string }) => object>().toExtend<UserTypeClass>();
    expectTypeOf<new (fields: Record<string, unknown>) => object>().toExtend<UserTypeClass>();
    expectTypeOf<new () => object>().toExtend<UserTypeClass>();
    expectTypeOf<new (street: string, zip: number) => object>().not.toExtend<UserTypeClass>();
    expectTypeOf<object>().not.toExtend<UserTypeClass>();
  });

  it('should take a batch where statements are executed', () => {
    expectTypeOf<BatchStatement>().toExtend<Parameters<Execute>[0]>();
    expectTypeOf<BatchStatement>().not.toExtend<Parameters<CassandraSession['executeStream']>[0]>();
  });
});

describe('types of the life cycle and of errors', () => {
  it('should fit `await using`', () => {
    expectTypeOf<AsyncCluster>().toExtend<AsyncContextManageable>();
    expectTypeOf<AsyncCassandraSession>().toExtend<AsyncContextManageable>();
    expectTypeOf<AsyncCluster['connect']>().returns.resolves.toEqualTypeOf<AsyncCassandraSession>();
  });

  it('should tell listeners what they get', () => {
    type Listen = (cluster: AsyncCluster) => AsyncCluster;
    const listen: Listen = (cluster) => cluster.on('nodeUp', (node) => expectTypeOf(node).toEqualTypeOf<NodeInfo>());
    expectTypeOf(listen).returns.toEqualTypeOf<AsyncCluster>();
    expectTypeOf<Parameters<AsyncCluster['on']>[0]>().toEqualTypeOf<
      'nodeUp' | 'nodeDown' | 'nodeAdded' | 'nodeRemoved' | 'schemaChange' | 'topologyChange'
    >();
  });

  it('should narrow errors by class', () => {
    expectTypeOf<AsyncCassandraError['outcome']>().toEqualTypeOf<Outcome>();
    const read = (error: unknown): number =>
      error instanceof UnavailableError ? error.alive : error instanceof QueryError ? error.serverCode : 0;
    expectTypeOf(read).returns.toEqualTypeOf<number>();
    expectTypeOf<UnavailableError>().toExtend<AsyncCassandraError>();
  });
});
