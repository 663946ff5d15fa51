import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { startTestServer, useTestApp } from '../support/test-app.ts';
import { nextEvent } from '../support/wait.ts';
import { callApi } from './api.ts';

describe('a server that closes', () => {
  const app = useTestApp({ config: { shutdownGrace: 1 } });

  it('gives up clients that never finish their requests after the grace', async () => {
    const server = await startTestServer(app);
    const { port } = new URL(server.url);
    const client = connect(Number(port), '127.0.0.1');
    client.on('error', () => undefined);
    client.write('POST /_status HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{');
    await nextEvent(client, 'data');
    const closed = nextEvent(client, 'close');
    await server.close();
    await closed;
    await expect(callApi(server.url, '/')).rejects.toThrow(/ECONNREFUSED/);
  });
});
