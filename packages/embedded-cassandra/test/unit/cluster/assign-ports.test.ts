import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { describe, it } from 'node:test';
import { checkNewAddress } from '../../../src/cluster/assign-ports.ts';
import { FreePorts } from '../../../src/cluster/free-ports.ts';

describe('the new address of a node', () => {
  it('should be one of this machine', async () => {
    const ports = { native: 9042, storage: 7000, jmx: 7199 };
    for (const address of ['192.0.2.1', 'localhost', '127.0.0', '']) {
      await assert.rejects(checkNewAddress(address, ports), { code: 'INVALID_OPTION', message: /127\.x\.x\.x/ });
    }
  });

  it('should have both of its ports free', async (t) => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    t.after(() => server.close());
    const taken = (server.address() as AddressInfo).port;
    const free = await new FreePorts().find(['127.0.0.1']);
    await assert.rejects(checkNewAddress('127.0.0.1', { native: free, storage: taken, jmx: 0 }), {
      code: 'PORT_TAKEN',
    });
    await assert.rejects(checkNewAddress('127.0.0.1', { native: taken, storage: free, jmx: 0 }), {
      code: 'PORT_TAKEN',
    });
    await checkNewAddress('127.0.0.1', { native: free, storage: free, jmx: 0 });
  });
});
