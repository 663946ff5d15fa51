/** HTTP written byte by byte: what no client library would send. */
import { connect, type Socket } from 'node:net';

export interface RawAnswer {
  readonly status: number;
  /** Names in lower case; of a repeated header the last. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

export type NoAnswer = 'closed' | 'late';

/** A connection that is kept between requests, and made anew when the server closed it. */
export class RawConnection {
  readonly #port: number;
  #socket: Socket | null = null;

  constructor(port: number) {
    this.#port = port;
  }

  /**
   * Sends the bytes and waits for one answer: none when the connection is closed, or after 10 s without a whole one. A kept connection may be
   * closed in the meantime, as any client must expect: then a new one is tried.
   */
  async send(bytes: Buffer, { isHead = false } = {}): Promise<RawAnswer | NoAnswer> {
    const kept = this.#socket;
    if (kept !== null) {
      const answer = await this.#exchange(kept, bytes, isHead);
      if (answer !== 'closed') return answer;
    }
    this.#socket = await this.#open();
    return this.#exchange(this.#socket, bytes, isHead);
  }

  #exchange(socket: Socket, bytes: Buffer, isHead: boolean): Promise<RawAnswer | NoAnswer> {
    return new Promise((resolve) => {
      let received = Buffer.alloc(0);
      const settle = (value: RawAnswer | NoAnswer, isOver: boolean): void => {
        clearTimeout(timer);
        socket.removeAllListeners();
        socket.on('error', () => undefined);
        if (isOver) {
          this.#socket = null;
          socket.destroy();
        }
        resolve(value);
      };
      const timer = setTimeout(() => settle('late', true), 10_000);
      socket.on('data', (chunk) => {
        received = Buffer.concat([received, chunk]);
        const parsed = parseAnswer(received, isHead);
        if (parsed !== null) settle(parsed, parsed.headers['connection'] === 'close');
      });
      socket.on('error', () => settle(parseAnswer(received, isHead) ?? 'closed', true));
      socket.on('close', () => settle(parseAnswer(received, isHead) ?? 'closed', true));
      if (socket.destroyed) settle('closed', true);
      else socket.write(bytes);
    });
  }

  close(): void {
    this.#socket?.destroy();
    this.#socket = null;
  }

  #open(): Promise<Socket> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port: this.#port, host: '127.0.0.1', noDelay: true }, () => {
        socket.removeAllListeners();
        resolve(socket);
      });
      socket.once('error', reject);
    });
  }
}

/** The answer that the bytes hold; null while it is not complete. */
function parseAnswer(bytes: Buffer, isHead: boolean): RawAnswer | null {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return null;
  const [statusLine, ...lines] = bytes.toString('latin1', 0, end).split('\r\n');
  const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(statusLine!)?.[1]);
  const headers = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  );
  const rest = bytes.subarray(end + 4);
  if (status === 100) return parseAnswer(rest, isHead);
  if (isHead || status === 204 || status === 304) return { status, headers, text: '' };
  if (headers['transfer-encoding'] === 'chunked') {
    return rest.toString('latin1').endsWith('0\r\n\r\n') ? { status, headers, text: rest.toString('utf8') } : null;
  }
  const length = Number(headers['content-length'] ?? 0);
  return rest.length < length ? null : { status, headers, text: rest.toString('utf8', 0, length) };
}
