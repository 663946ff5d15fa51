/** A virus scanner of ours that speaks the protocol of ClamAV's daemon: it knows the EICAR test file. */
import { createServer, type AddressInfo, type Socket } from 'node:net';
import type { ClamdAddress } from '../../src/lib/config/letter-keys.ts';

export interface FakeClamd {
  readonly address: ClamdAddress;
  /** What it was sent. */
  readonly files: readonly Buffer[];
  /** Lengths of the chunks. */
  readonly chunks: readonly number[];
  /** What it answers to everything; null = what it finds. */
  reply: string | null;
  close(): Promise<void>;
}

const command = 'zINSTREAM\0';

export async function startClamd({
  address,
  reply = null,
  largestFile = Infinity,
}: { address?: ClamdAddress | undefined; reply?: string | null; largestFile?: number } = {}): Promise<FakeClamd> {
  const files: Buffer[] = [];
  const chunks: number[] = [];
  const sockets = new Set<Socket>();
  const daemon = { reply };

  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => undefined);
    let waiting = Buffer.alloc(0);
    let isBegun = false;
    let isEnded = false;
    const parts: Buffer[] = [];
    const answer = (text: string): void => {
      isEnded = true;
      socket.end(text === '' ? '' : `${text}\0`);
    };
    socket.on('data', (data: Buffer) => {
      if (isEnded) return;
      waiting = Buffer.concat([waiting, data]);
      if (!isBegun) {
        if (waiting.length < command.length) return;
        if (waiting.subarray(0, command.length).toString() !== command) return answer('UNKNOWN COMMAND');
        waiting = waiting.subarray(command.length);
        isBegun = true;
      }
      while (waiting.length >= 4) {
        const length = waiting.readUInt32BE();
        if (length === 0) {
          const file = Buffer.concat(parts);
          files.push(file);
          return answer(
            daemon.reply ?? (file.includes('EICAR-STANDARD') ? 'stream: Eicar-Test-Signature FOUND' : 'stream: OK'),
          );
        }
        if (waiting.length < 4 + length) return;
        chunks.push(length);
        parts.push(waiting.subarray(4, 4 + length));
        waiting = waiting.subarray(4 + length);
        if (parts.reduce((sum, part) => sum + part.length, 0) > largestFile)
          return answer('INSTREAM size limit exceeded. ERROR');
      }
    });
  });
  await new Promise<void>((resolve) => {
    if (address !== undefined && 'path' in address) server.listen(address.path, resolve);
    else server.listen(0, '127.0.0.1', resolve);
  });
  return {
    address: address ?? { host: '127.0.0.1', port: (server.address() as AddressInfo).port },
    files,
    chunks,
    get reply() {
      return daemon.reply;
    },
    set reply(text) {
      daemon.reply = text;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
