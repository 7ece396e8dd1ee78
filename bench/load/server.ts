export { startStub, type Stub } from '../../packages/async-cassandra/test/support/stub/start-stub.ts';
export type { StubOptions } from '../../packages/async-cassandra/test/support/stub/stub-options.ts';
