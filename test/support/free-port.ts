import { createServer, type AddressInfo } from 'node:net';
import { nextEvent } from './wait.ts';

/** A port of this machine that nothing listens on, for programs that do not choose one themselves. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await nextEvent(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await nextEvent(server, 'close');
  return port;
}
