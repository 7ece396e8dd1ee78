import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AsyncCassandraError } from '../../../src/errors/index.ts';
import { closeConnection, error, never, passwordAuth, type Reply, voidResult } from '../../support/index.ts';
import { connectStages } from '../../support/session/connect-race.ts';
import { ClusterHarness, nothing } from './cluster-harness.ts';

const credentials = { username: 'ada', password: 'secret' };
const auth = passwordAuth({ ada: 'secret' });

const replies: Readonly<Record<string, Reply>> = {
  'a server error': error('serverError'),
  'no answer': never(),
  'a connection that is reset': closeConnection('reset'),
  'an answer that fits nothing': voidResult(),
};

describe('connect() that fails half-way', () => {
  for (const [stage, matcher] of Object.entries(connectStages)) {
    for (const version of [4, 5]) {
      for (const [what, reply] of Object.entries(replies)) {
        it(`at ${stage} of version ${version}, by ${what}, should leave nothing, and work when it is tried again`, async () => {
          const h = await ClusterHarness.start({ nodes: 2, auth, versions: [version] });
          h.servers.schema.addKeyspace('shop');
          const rule = h.servers.when(matcher, reply);
          const cluster = h.cluster({ credentials, connectTimeoutMs: 200, protocolVersion: version as 4 | 5 });
          const outcome = await h.settle(cluster.connect('shop').catch((reason: unknown) => reason));
          const isFailure = outcome instanceof AsyncCassandraError;
          assert.equal(isFailure, fails(stage, what, version), String(outcome));
          if (isFailure) {
            assert.equal(cluster.activeOperations, 0);
            assert.deepEqual(await h.leftovers(), nothing);
            rule.remove();
            const session = await h.settle(cluster.connect('shop'));
            assert.equal(session.keyspace, 'shop');
          }
          await h.settle(cluster.shutdown());
          await h.servers.stop();
          assert.deepEqual(await h.leftovers(), nothing);
        });
      }
    }
  }
});

/** An answer without rows tells of no peers and no keyspaces; on version 5 nothing more than an answer is wanted of USE. */
function fails(stage: string, what: string, version: number): boolean {
  if (what !== 'an answer that fits nothing') return true;
  return !(stage === 'system.peers' || stage === 'system_schema.keyspaces' || (stage === 'USE' && version === 5));
}
