import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { describe, it } from 'node:test';
import { FreePorts } from '../../../src/cluster/free-ports.ts';

describe('free ports', () => {
  it('should be given once each, and be free on all addresses', async () => {
    const free = new FreePorts();
    const ports = new Set<number>();
    for (let index = 0; index < 50; index++) ports.add(await free.find(['127.0.0.1']));
    assert.equal(ports.size, 50);
    for (const port of ports) assert.ok(port >= 10_000 && port < 32_000);
  });

  it('should refuse a port in use with advice', async (t) => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    t.after(() => server.close());
    const { port } = server.address() as AddressInfo;
    await assert.rejects(new FreePorts().claim(port, ['127.0.0.1']), {
      code: 'PORT_TAKEN',
      message: new RegExp(`Port ${port} .*in use.*leave out`),
    });
  });

  it('should say when an address is not on this machine', async () => {
    await assert.rejects(new FreePorts().find(['192.0.2.1']), { code: 'PORT_TAKEN', message: /exist on this machine/ });
  });
});
