export { startStub } from '../../packages/async-cassandra/test/support/stub/start-stub.ts';
export { STUB_STATEMENTS } from '../../packages/async-cassandra/test/support/stub/statements.ts';
