import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What is served: headers and a body, made anew for each request. */
export interface Served {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A web server on 127.0.0.1 with one page; `isRefusing` makes it answer 503. */
export class PageServer implements AsyncDisposable {
  isRefusing = false;
  /** Requests for the page that were answered with it. */
  answered = 0;
  readonly #server: Server;

  private constructor(respond: (format: 'html' | 'json') => Served) {
    this.#server = createServer((request, response) => {
      if (this.isRefusing) {
        response.writeHead(503).end();
        return;
      }
      const { headers, body } = respond(request.url?.includes('format=json') ? 'json' : 'html');
      response.writeHead(200, headers).end(body);
      this.answered++;
    });
  }

  static async start(respond: (format: 'html' | 'json') => Served): Promise<PageServer> {
    const server = new PageServer(respond);
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
