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
   * Sends the bytes and waits for one answer: none when the connection is closed, or after 10 s without a whole one. A kept
   * connection may be closed in the meantime, as any client must expect: then a new one is tried.
   */
  async send(bytes: Buffer, { isHead = false } = {}): Promise<RawAnswer | NoAnswer> {
    const kept = this.#socket;
    if (kept !== null && !kept.destroyed && !kept.readableEnded) {
      const answer = await this.#exchange(kept, bytes, isHead);
      if (answer !== 'closed') return answer;
    }
    this.#socket = await open(this.#port);
    return this.#exchange(this.#socket, bytes, isHead);
  }

  close(): void {
    this.#socket?.destroy();
  }

  #exchange(socket: Socket, bytes: Buffer, isHead: boolean): Promise<RawAnswer | NoAnswer> {
    return new Promise((resolve) => {
      let received = Buffer.alloc(0);
      const settle = (answer: RawAnswer | NoAnswer): void => {
        clearTimeout(timer);
        socket.off('data', onData).off('end', onEnd).off('close', onEnd);
        if (typeof answer === 'string' || answer.headers['connection'] === 'close') socket.destroy();
        resolve(answer);
      };
      const onData = (chunk: Buffer): void => {
        received = Buffer.concat([received, chunk]);
        const answer = parseAnswer(received, isHead);
        if (answer !== null) settle(answer);
      };
      const onEnd = (): void => settle('closed');
      const timer = setTimeout(() => settle('late'), 10_000);
      socket.on('data', onData).on('end', onEnd).on('close', onEnd);
      socket.write(bytes);
    });
  }
}

function open(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    socket.once('connect', () => {
      socket.off('error', reject).on('error', () => undefined);
      resolve(socket);
    });
    socket.once('error', reject);
  });
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
