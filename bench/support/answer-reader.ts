/** An HTTP answer. */
export interface Answer {
  readonly status: number;
  readonly body: Buffer;
}

const endOfHead = Buffer.from('\r\n\r\n');

/**
 * Reads the answers on one connection, where a request follows only when the answer before is complete. Knows answers
 * with a Content-Length and no others.
 */
export class AnswerReader {
  private received: Buffer[] = [];
  private length = 0;
  private status = 0;
  /** Bytes of the whole answer; null until its head is complete. */
  private expected: number | null = null;
  private bodyAt = 0;

  /**
   * Takes what arrived; returns the answer when it is complete.
   *
   * @throws Error for an answer that cannot be read
   */
  push(chunk: Buffer): Answer | null {
    this.received.push(chunk);
    this.length += chunk.length;
    if (this.expected === null) this.readHead();
    if (this.expected === null || this.length < this.expected) return null;
    if (this.length > this.expected) throw new Error('The server sent more than one answer');
    const body = this.joined().subarray(this.bodyAt);
    this.received = [];
    this.length = 0;
    this.expected = null;
    return { status: this.status, body };
  }

  private readHead(): void {
    const bytes = this.joined();
    const end = bytes.indexOf(endOfHead);
    if (end < 0) return;
    const head = bytes.toString('latin1', 0, end);
    const status = /^HTTP\/1\.1 (\d{3}) /.exec(head)?.[1];
    const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
    if (status === undefined || length === undefined) throw new Error(`An answer cannot be read:\n${head}`);
    this.status = Number(status);
    this.bodyAt = end + endOfHead.length;
    this.expected = this.bodyAt + Number(length);
  }

  private joined(): Buffer {
    if (this.received.length > 1) this.received = [Buffer.concat(this.received, this.length)];
    return this.received[0]!;
  }
}
