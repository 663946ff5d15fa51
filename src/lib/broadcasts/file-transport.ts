import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BroadcastPayload } from './broadcast-payload.ts';
import type { BroadcastProvider } from './provider-message.ts';
import type { BroadcastRoute, BroadcastTransport } from './transport.ts';

const seconds = 30;

/**
 * Writes documents as `<folder>/<provider>/<identifier>.xml`, whole or not at all. Both routes lead to the folder, so
 * that link tests find two.
 */
export function createFileTransport(options: {
  folder: string;
  toXml: (payload: BroadcastPayload) => string;
}): BroadcastTransport {
  return {
    kind: 'file',
    patience: seconds,
    routesTo: (provider) => [fileRoute('primary', provider, options), fileRoute('failover', provider, options)],
    close: async () => undefined,
  };
}

function fileRoute(
  name: BroadcastRoute['name'],
  provider: BroadcastProvider,
  { folder, toXml }: { folder: string; toXml: (payload: BroadcastPayload) => string },
): BroadcastRoute {
  return {
    name,
    async send(payload) {
      const place = join(folder, provider);
      await mkdir(place, { recursive: true });
      const file = join(place, `${payload.identifier}.xml`);
      await writeFile(`${file}.part`, toXml(payload));
      await rename(`${file}.part`, file);
    },
  };
}
