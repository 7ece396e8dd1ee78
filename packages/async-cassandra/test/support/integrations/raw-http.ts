import { connect, type Socket } from 'node:net';

/** A reply, to its end. */
export interface RawReply {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A client that does what it is told to: it never sends a request twice, and does not read unless it is asked to. */
export class RawHttp {
  readonly socket: Socket;
  #unread = '';
  /** So much must have come before it is worth looking: a long reply is not looked through for each piece of it. */
  #needed = 0;
  #end: string | null = null;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.setEncoding('latin1');
    socket.on('error', (error: NodeJS.ErrnoException) => (this.#end ??= error.code ?? 'failed'));
    socket.on('end', () => (this.#end ??= 'closed'));
  }

  /** The system may take the connection before the server does: what is sent at once waits with it. */
  static connect(port: number, host = '127.0.0.1'): RawHttp {
    return new RawHttp(connect({ port, host }));
  }

  /** Sends a GET request, or what it is given. */
  send(path: string, text = `GET ${path} HTTP/1.1\r\nHost: test\r\n\r\n`): this {
    this.socket.write(text);
    return this;
  }

  /** Waits for the next reply. @throws Error with what came instead: `closed`, or the code of the socket's error */
  async reply(): Promise<RawReply> {
    for (;;) {
      const piece = this.socket.read() as string | null;
      if (piece !== null) this.#unread += piece;
      const reply = this.#take();
      if (reply !== null) return reply;
      if (piece !== null) continue;
      if (this.#end !== null) throw new Error(this.#end);
      await this.#change();
    }
  }

  /** Waits until the server has closed the connection; resolves with how. */
  async closed(): Promise<string> {
    this.socket.resume();
    while (this.#end === null) await this.#change();
    return this.#end;
  }

  destroy(): void {
    this.socket.destroy();
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        for (const name of ['readable', 'end', 'error', 'close']) this.socket.off(name, done);
        resolve();
      };
      for (const name of ['readable', 'end', 'error', 'close']) this.socket.once(name, done);
    });
  }

  #take(): RawReply | null {
    if (this.#unread.length < this.#needed) return null;
    const headEnd = this.#unread.indexOf('\r\n\r\n');
    if (headEnd < 0) return null;
    const [statusLine = '', ...lines] = this.#unread.slice(0, headEnd).split('\r\n');
    const headers = Object.fromEntries(
      lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
    );
    const rest = this.#unread.slice(headEnd + 4);
    const length = headers['content-length'];
    const end = length === undefined ? endOfChunks(rest) : Number(length);
    if (end < 0 || rest.length < end) {
      if (length !== undefined) this.#needed = headEnd + 4 + end;
      return null;
    }
    this.#unread = rest.slice(end);
    this.#needed = 0;
    return { status: Number(statusLine.split(' ')[1]), headers, body: rest.slice(0, end) };
  }
}

function endOfChunks(text: string): number {
  const last = text.indexOf('0\r\n\r\n');
  return last < 0 ? -1 : last + 5;
}
