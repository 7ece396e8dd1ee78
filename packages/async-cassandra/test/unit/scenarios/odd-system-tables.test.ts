import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { AsyncCluster } from '../../../src/client/index.ts';
import { AsyncCassandraError } from '../../../src/errors/index.ts';
import { dynamic, rows, t } from '../../support/index.ts';
import { ClusterHarness, nothing } from '../client/cluster-harness.ts';

type Cells = Readonly<Record<string, unknown>>;

const ID = 'd0000000-0000-4000-8000-00000000000d';
const PEER_TYPES = {
  peer: t.inet,
  peer_port: t.int,
  data_center: t.text,
  host_id: t.uuid,
  rack: t.text,
  release_version: t.text,
  schema_version: t.uuid,
  tokens: t.set(t.text),
};
const LOCAL_TYPES = {
  key: t.text,
  cluster_name: t.text,
  data_center: t.text,
  host_id: t.uuid,
  partitioner: t.text,
  rack: t.text,
  release_version: t.text,
  rpc_address: t.inet,
  rpc_port: t.int,
  schema_version: t.uuid,
  tokens: t.set(t.text),
};

/** A row of another node, in the words of both tables of peers. */
function peerRow(address: string, hostId: string, cells: Cells = {}): Cells {
  return {
    peer: address,
    peer_port: 7000,
    data_center: 'datacenter1',
    host_id: hostId,
    rack: 'rack1',
    release_version: '5.0.9',
    schema_version: ID,
    tokens: ['12345'],
    native_address: address,
    native_port: 9042,
    rpc_address: address,
    ...cells,
  };
}

/** Three nodes of which two are known, by their rows, to each other; `odd` makes a further row for the node that is asked. */
async function start(hasPeersV2: boolean, odd: (asked: string, askedId: string) => Cells): Promise<ClusterHarness> {
  const h = await ClusterHarness.start({ nodes: 3, hasPeersV2 });
  const types = hasPeersV2
    ? { ...PEER_TYPES, native_address: t.inet, native_port: t.int }
    : { ...PEER_TYPES, rpc_address: t.inet };
  for (const server of h.servers.nodes.slice(0, 2)) {
    const { address, hostId } = server.node;
    server.when(
      hasPeersV2 ? /FROM system\.peers_v2/ : /FROM system\.peers\b(?!_)/,
      dynamic(() => {
        const other = h.servers.node(server === h.servers.node(0) ? 1 : 0).node;
        const all = [odd(address, hostId), peerRow(other.address, other.hostId)];
        return rows(
          types,
          all.map((row) => Object.keys(types).map((name) => row[name] ?? null)),
        );
      }),
    );
  }
  return h;
}

/** Both nodes are used, and nothing is left at the end. */
async function works(h: ClusterHarness, cluster: AsyncCluster, passedOver: readonly string[] = []): Promise<void> {
  const before = h.clock.now();
  const session = await h.settle(cluster.connect());
  assert.ok(h.clock.now() - before <= 2_100, `connected after ${h.clock.now() - before} ms`);
  const coordinators = new Set<string | undefined>();
  for (let i = 0; i < 20; i++) {
    const { executionInfo } = await h.settle(session.execute('INSERT INTO ks.t (k) VALUES (1)'));
    for (const { node } of executionInfo.triedNodes) assert.ok(passedOver.includes(node), `${node} was passed over`);
    coordinators.add(executionInfo.coordinator);
  }
  assert.ok(coordinators.has('10.0.0.1:9042') && coordinators.has('10.0.0.2:9042'), [...coordinators].join());
}

async function ends(h: ClusterHarness, cluster: AsyncCluster): Promise<void> {
  await h.settle(cluster.shutdown({ drainTimeoutMs: 0 }));
  assert.deepEqual(await h.leftovers(), nothing);
}

const addressesOf = (cluster: AsyncCluster): string[] =>
  [...cluster.metadata.nodes.values()].map(({ address }) => address).sort();

describe('an odd row of a peer', () => {
  const dead = '10.0.0.99';
  const members = ['10.0.0.1', '10.0.0.2'];
  const cases: readonly {
    readonly name: string;
    readonly row: (asked: string, askedId: string) => Cells;
    /** Members besides the two; undefined: the row is left out, and told of. */
    readonly adds?: string;
    readonly isSilent?: true;
  }[] = [
    {
      name: 'without an address for clients',
      row: () => peerRow(dead, ID, { native_address: null, rpc_address: null }),
    },
    { name: 'without host_id', row: () => peerRow(dead, ID, { host_id: null }) },
    { name: 'without tokens', row: () => peerRow(dead, ID, { tokens: null }) },
    { name: 'without data centre', row: () => peerRow(dead, ID, { data_center: null }) },
    { name: 'without rack', row: () => peerRow(dead, ID, { rack: null }) },
    { name: 'with nothing but its key', row: () => ({ peer: dead, peer_port: 7000 }) },
    { name: 'of another host at the address of the node itself', row: (asked) => peerRow(asked, ID) },
    { name: 'of the node itself', row: (asked, askedId) => peerRow(asked, askedId), isSilent: true },
    { name: 'of the node itself at another address', row: (_, askedId) => peerRow(dead, askedId), isSilent: true },
    {
      name: 'that listens on any address',
      row: () => peerRow('10.0.0.3', ID, { native_address: '0.0.0.0', rpc_address: '0.0.0.0' }),
      adds: '10.0.0.3',
    },
    {
      name: 'without release and schema version',
      row: () => peerRow('10.0.0.3', ID, { release_version: null, schema_version: null }),
      adds: '10.0.0.3',
    },
    { name: 'at which nobody listens', row: () => peerRow(dead, ID), adds: dead },
  ];
  for (const hasPeersV2 of [true, false]) {
    for (const { name, row, adds, isSilent } of cases) {
      test(`${name} should do no harm, in ${hasPeersV2 ? 'peers_v2' : 'peers'}`, async () => {
        const h = await start(hasPeersV2, row);
        const cluster = h.cluster({ contactPoints: members, localDataCenter: 'datacenter1' });
        await works(h, cluster);
        assert.deepEqual(addressesOf(cluster), adds === undefined ? members : [...members, adds].sort());
        const told = h.lines.filter(({ level, message }) => level === 'warn' && message?.includes('left out') === true);
        if (adds !== undefined || isSilent === true) assert.deepEqual(told, []);
        else assert.ok(told.length >= 1, 'says which row was left out');
        const reached = new Set(h.network.links.map(({ host }) => host));
        assert.equal(reached.has(dead), adds === dead, 'connects to members only');
        await ends(h, cluster);
      });
    }
  }

  test('behind which packets vanish should not hold up anybody', async () => {
    const h = await start(true, () => peerRow(dead, ID));
    h.network.blackHole(dead);
    const cluster = h.cluster({ contactPoints: members, localDataCenter: 'datacenter1' });
    // It is not known to be down before the attempt to connect is over.
    await works(h, cluster, [`${dead}:9042`]);
    await h.clock.advance(6_000);
    await works(h, cluster);
    await ends(h, cluster);
  });

  test('that doubles another host at a dead address should not take the live node away for long', async () => {
    const h = await start(true, (asked) => {
      const other = h.servers.node(asked === '10.0.0.1' ? 1 : 0).node;
      return peerRow(dead, other.hostId);
    });
    const cluster = h.cluster({ contactPoints: ['10.0.0.1'], localDataCenter: 'datacenter1' });
    const session = await h.settle(cluster.connect());
    assert.equal(cluster.metadata.nodes.size, 2);
    await h.clock.advance(1_000);
    h.servers.pushEvent({ type: 'STATUS_CHANGE', change: 'UP', address: '10.0.0.2', port: 9042 });
    await h.clock.advance(10_000);
    assert.deepEqual(addressesOf(cluster), members);
    const coordinators = new Set<string | undefined>();
    for (let i = 0; i < 20; i++)
      coordinators.add((await h.settle(session.execute('INSERT INTO ks.t (k) VALUES (1)'))).executionInfo.coordinator);
    assert.equal(coordinators.size, 2);
    await ends(h, cluster);
  });
});

describe('an odd row in system.local', () => {
  async function withLocal(cells: Cells, index: number): Promise<ClusterHarness> {
    const h = await ClusterHarness.start({ nodes: 2 });
    const server = h.servers.node(index);
    const { node } = server;
    const row: Cells = {
      key: 'local',
      cluster_name: 'scripted',
      data_center: node.dataCenter,
      host_id: node.hostId,
      partitioner: 'org.apache.cassandra.dht.Murmur3Partitioner',
      rack: node.rack,
      release_version: node.releaseVersion,
      rpc_address: node.address,
      rpc_port: node.port,
      schema_version: node.schemaVersion,
      tokens: node.tokens,
      ...cells,
    };
    server.when(
      /FROM system\.local WHERE/,
      rows(LOCAL_TYPES, [Object.keys(LOCAL_TYPES).map((name) => row[name] ?? null)]),
    );
    return h;
  }

  for (const column of [
    'rpc_address',
    'rpc_port',
    'tokens',
    'release_version',
    'schema_version',
    'cluster_name',
    'partitioner',
  ])
    test(`without ${column} should do: it can be known otherwise, or is not needed`, async () => {
      const h = await withLocal({ [column]: null }, 0);
      const cluster = h.cluster({ contactPoints: ['10.0.0.1'], localDataCenter: 'datacenter1' });
      await works(h, cluster);
      assert.deepEqual(addressesOf(cluster), ['10.0.0.1', '10.0.0.2']);
      await ends(h, cluster);
    });

  for (const address of ['0.0.0.0', '::'])
    test(`of a node that listens on ${address} should be where it was reached`, async () => {
      const h = await withLocal({ rpc_address: address }, 0);
      const cluster = h.cluster({ contactPoints: ['10.0.0.1'], localDataCenter: 'datacenter1' });
      await works(h, cluster);
      assert.deepEqual(addressesOf(cluster), ['10.0.0.1', '10.0.0.2']);
      await ends(h, cluster);
    });

  for (const column of ['host_id', 'data_center', 'rack'])
    test(`without ${column} should have another node asked, and be told when there is none`, async () => {
      const h = await withLocal({ [column]: null }, 0);
      const alone = h.cluster({ contactPoints: ['10.0.0.1'], localDataCenter: 'datacenter1' });
      const failure = await h.settle(
        alone.connect().then(
          () => undefined,
          (error: unknown) => error,
        ),
      );
      assert.ok(failure instanceof AsyncCassandraError);
      assert.match(failure.message, new RegExp(`10\\.0\\.0\\.1:9042 is not ready.* lacks ${column}; check`));
      await ends(h, alone);
      const cluster = h.cluster({ contactPoints: ['10.0.0.1', '10.0.0.2'], localDataCenter: 'datacenter1' });
      await h.settle(cluster.connect());
      assert.ok(addressesOf(cluster).includes('10.0.0.2'));
      await ends(h, cluster);
    });
});
