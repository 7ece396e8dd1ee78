/** The test toolbox: scripted servers, networks and clocks that tests control. See README.md. */
export * from './eventually.ts';
export * from './fault-proxy.ts';
export * from './memory-network.ts';
export * from './scripted-cluster.ts';
export * from './scripted-server.ts';
export * from './seeded-random.ts';
export * from './server/auth.ts';
export * from './server/node-model.ts';
export * from './server/received-request.ts';
export * from './server/replies.ts';
export * from './server/row-replies.ts';
export * from './server/rules.ts';
export * from './server/schema-model.ts';
export * from './server/tcp-network.ts';
export * from './tls-certificates.ts';
export * from './virtual-clock.ts';
export * from './wire-client.ts';
export { t } from './wire/index.ts';
