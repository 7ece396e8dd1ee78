import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import type { TinyRelease } from './tiny-release.ts';

export interface RepositoryServer {
  readonly address: string;
  /** Paths in the order in which they were asked for. */
  readonly requests: string[];
  readonly headers: IncomingMessage['headers'][];
}

/** Answers one request instead of the server; false leaves it to the server. */
export type Interception = (path: string, response: ServerResponse) => boolean;

/** A Maven repository over HTTP, on a free port, that goes with the test. */
export async function repositoryServer(
  test: TestContext,
  { contents }: TinyRelease,
  intercept: Interception = () => false,
): Promise<RepositoryServer> {
  const requests: string[] = [];
  const headers: IncomingMessage['headers'][] = [];
  const server = createServer((request, response) => {
    const path = (request.url ?? '').replace(/^\/maven\//, '');
    requests.push(path);
    headers.push(request.headers);
    if (intercept(path, response)) return;
    const content = contents.get(path);
    response.writeHead(content === undefined ? 404 : 200).end(content);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  test.after(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  return { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/maven`, requests, headers };
}
