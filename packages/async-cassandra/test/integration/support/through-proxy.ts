import { type AsyncCassandraSession, type ClusterOptions, FixedAddressTranslator } from 'async-cassandra';
import { FaultProxy } from '../../support/index.ts';
import type { PairContext } from './every-pair.ts';
import { firstNode } from './test-cluster.ts';

/** A session whose every envelope passes a proxy, which counts them and can break things. */
export interface ProxiedSession extends AsyncDisposable {
  readonly session: AsyncCassandraSession;
  readonly proxy: FaultProxy;
}

/** Opens a session of the pair's version and compression on the suite's first node, through a proxy. */
export async function openThroughProxy(context: PairContext, options: ClusterOptions = {}): Promise<ProxiedSession> {
  const target = firstNode();
  const proxy = await FaultProxy.start({ target });
  const cluster = context.client({
    ...options,
    contactPoints: [proxy.contactPoint],
    addressTranslator: new FixedAddressTranslator({
      addresses: { [`${target.host}:${target.port}`]: proxy.contactPoint },
    }),
  });
  const close = async (): Promise<void> => {
    await cluster.shutdown({ drainTimeoutMs: 0 });
    await proxy.stop();
  };
  try {
    const session = await cluster.connect(context.keyspace);
    return { session, proxy, [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }
}
