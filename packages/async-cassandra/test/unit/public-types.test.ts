import { it } from 'node:test';
import { expectTypeOf } from 'expect-type';
import type {
  AsyncCassandraSession,
  AsyncResultSet,
  AsyncStreamingResultSet,
  CassandraSession,
  PreparedStatement,
  Row,
} from '../../src/index.ts';

interface User extends Row {
  readonly id: string;
  readonly name: string;
}

it('should type rows by what the caller says they are, and as records otherwise', () => {
  expectTypeOf<AsyncCassandraSession>().toExtend<CassandraSession>();
  expectTypeOf<AsyncCassandraSession>().toExtend<AsyncDisposable>();
  expectTypeOf<ReturnType<AsyncResultSet<User>['one']>>().toEqualTypeOf<User | null>();
  expectTypeOf<AsyncResultSet<User>['currentRows']>().toEqualTypeOf<User[]>();
  expectTypeOf<ReturnType<AsyncResultSet['all']>>().toEqualTypeOf<Promise<Row[]>>();
  expectTypeOf<AsyncStreamingResultSet<User>>().toExtend<AsyncIterable<User>>();
  expectTypeOf<ReturnType<AsyncStreamingResultSet<User>['pages']>>().toExtend<AsyncIterable<User[]>>();
});

it('should carry the type of the rows from a prepared statement to its results', () => {
  const execute = (session: CassandraSession, statement: PreparedStatement<User>): Promise<AsyncResultSet<User>> =>
    session.execute(statement, ['id']);
  expectTypeOf(execute).returns.resolves.toEqualTypeOf<AsyncResultSet<User>>();
});
