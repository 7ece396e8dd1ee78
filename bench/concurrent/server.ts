export { startWriteStub, STUB_INSERT } from '../../packages/async-cassandra/test/support/stub/start-write-stub.ts';
