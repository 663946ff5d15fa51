import { join } from 'node:path';
import type { Config } from '../config/schema.ts';
import type { Clock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import type { BroadcastPayload } from './broadcast-payload.ts';
import { createFileTransport } from './file-transport.ts';
import { createHttpTransport } from './http-transport.ts';
import { noTransport, type BroadcastTransport } from './transport.ts';
import { generateXml } from './xml/generate-xml.ts';
import type { SignXml } from './xml/sign-xml.ts';

type TransportConfig = Pick<
  Config,
  | 'broadcastTransport'
  | 'broadcastRoutes'
  | 'broadcastBody'
  | 'broadcastFolder'
  | 'broadcastTimeout'
  | 'broadcastUpdates'
  | 'broadcastSigningKey'
  | 'broadcastSigningCertificate'
  | 'stateDir'
>;

/** The configured way out for broadcasts. @throws AppError CONFIG_INVALID */
export async function createBroadcastTransport(
  config: TransportConfig,
  { clock }: { clock: Clock },
): Promise<BroadcastTransport> {
  if (config.broadcastTransport === 'off') return noTransport;
  const allowUpdate = config.broadcastUpdates === 'on';
  const sign = await createSigner(config);
  const toXml = (payload: BroadcastPayload): string => generateXml(payload, { clock, allowUpdate, sign });
  if (config.broadcastTransport === 'file') {
    return createFileTransport({ folder: config.broadcastFolder ?? join(config.stateDir, 'broadcasts'), toXml });
  }
  return createHttpTransport({
    routes: config.broadcastRoutes,
    timeoutSeconds: config.broadcastTimeout,
    toXml: config.broadcastBody === 'xml' ? toXml : null,
  });
}

async function createSigner({
  broadcastSigningKey: key,
  broadcastSigningCertificate: certificate,
}: TransportConfig): Promise<SignXml | undefined> {
  if (key === null && certificate === null) return undefined;
  if (key === null || certificate === null) {
    const [missing, given] = key === null ? ['KEY', 'CERTIFICATE'] : ['CERTIFICATE', 'KEY'];
    const message = `NOTIFY_BROADCAST_SIGNING_${given} is set, and NOTIFY_BROADCAST_SIGNING_${missing} is not: expected both or neither`;
    throw new AppError('CONFIG_INVALID', message);
  }
  const { createXmlSigner } = await import('./xml/sign-xml.ts');
  return createXmlSigner({ key, certificate });
}
