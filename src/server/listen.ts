import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { setTimeout as delay } from 'node:timers/promises';
import type { App } from '../lib/app.ts';
import { AppError, messageOf } from '../lib/core/errors.ts';
import type { RunningServer, ServerOptions } from '../lib/cli/server-module.ts';
import { buildAdminServer } from './build-admin-server.ts';
import { buildServer } from './build-server.ts';

/**
 * Opens the listeners of a process: the public API unless `api` is off, and the admin port unless it is off.
 *
 * @throws AppError PORT_IN_USE naming the flag
 */
export async function startServer(
  app: App,
  { api, host, port, adminHost, adminPort }: ServerOptions,
): Promise<RunningServer> {
  const state = { draining: false };
  const servers: FastifyInstance[] = [];
  try {
    let url: string | null = null;
    if (api) {
      const server = await buildServer(app);
      servers.push(server);
      url = await listen(server, host, port, '--port');
    }
    let adminUrl: string | null = null;
    if (adminPort !== null) {
      const admin = buildAdminServer(app, state);
      servers.push(admin);
      adminUrl = await listen(admin, adminHost, adminPort, '--admin-port');
    }
    return {
      url,
      adminUrl,
      async drain(seconds) {
        state.draining = true;
        sendClientsAway(servers);
        await delay(seconds * 1000);
      },
      async close() {
        state.draining = true;
        await closeWithin(servers, app.config.shutdownGrace);
      },
    };
  } catch (error) {
    await Promise.all(servers.map((server) => server.close()));
    throw error;
  }
}

/** Lets clients that keep connections open make their next one, which a balancer sends elsewhere. */
function sendClientsAway(servers: readonly FastifyInstance[]): void {
  for (const { server } of servers) {
    server.prependListener('request', (_request, response) => void response.setHeader('Connection', 'close'));
  }
}

/** Finishes requests in flight; connections that are still busy after the grace are cut. */
async function closeWithin(servers: readonly FastifyInstance[], graceSeconds: number): Promise<void> {
  // Closing a server ends the connections that are idle then, not those that become idle with their last answer.
  const sweep = setInterval(() => {
    for (const { server } of servers) server.closeIdleConnections();
  }, 50);
  const giveUp = setTimeout(() => {
    for (const { server } of servers) server.closeAllConnections();
  }, graceSeconds * 1000);
  await Promise.all(servers.map((server) => server.close()));
  clearTimeout(giveUp);
  clearInterval(sweep);
}

async function listen(server: FastifyInstance, host: string, port: number, flag: string): Promise<string> {
  try {
    await server.listen({ host, port, listenTextResolver: (address) => `Listening on ${address} (${flag})` });
  } catch (error) {
    throw toListenError(error, host, port, flag);
  }
  const { address, port: boundPort, family } = server.server.address() as AddressInfo;
  const isAny = address === '0.0.0.0' || address === '::';
  const shown = isAny ? 'localhost' : family === 'IPv6' ? `[${address}]` : address;
  return `http://${shown}:${boundPort}`;
}

function toListenError(error: unknown, host: string, port: number, flag: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  const where = `${host}:${port} (${flag})`;
  if (code === 'EADDRINUSE') {
    return new AppError('PORT_IN_USE', `${where} is taken by another process`, {
      hint: `Choose another with ${flag}, or 0 for a free one.`,
    });
  }
  if (code === 'EACCES') {
    return new AppError('PORT_IN_USE', `${where} may not be used by this account`, {
      hint: `Choose a port above 1023 with ${flag}.`,
    });
  }
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    return new AppError('CONFIG_INVALID', `${where} cannot be listened on: ${messageOf(error)}`);
  }
  return error;
}
