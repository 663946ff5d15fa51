import { isAbsolute } from 'node:path';
import { parseUuid } from '../core/ids.ts';
import { absolutePath, custom, integer, json, oneOf, text } from './key.ts';

const networks = ['ee', 'vodafone', 'three', 'o2'] as const;

export type BroadcastNetwork = (typeof networks)[number];

/** Where the documents of one mobile network go. */
export interface BroadcastRoutes {
  readonly primary: string;
  /** Asked once when the primary fails; null = there is none. */
  readonly failover: string | null;
  /** Files in PEM: who we are to the network, and whom we take for it. */
  readonly certificate: string | null;
  readonly key: string | null;
  readonly authority: string | null;
}

const routesShape = '{"ee": {"primary": "https://…", "failover": "https://…"}, …}';

/** The keys of emergency broadcasts (broadcasts sheet §3). */
export const broadcastKeys = {
  broadcastTransport: oneOf({
    env: ['NOTIFY_BROADCAST_TRANSPORT'],
    default: 'off',
    choices: ['off', 'http', 'file'],
    help: 'How emergency broadcasts leave: http posts them to the networks, file writes their documents to a folder; off sends nothing.',
  }),
  broadcastProviders: custom<readonly BroadcastNetwork[]>('comma-separated list', {
    env: ['NOTIFY_BROADCAST_PROVIDERS', 'ENABLED_CBCS'],
    default: networks,
    defaultText: networks.join(','),
    read: readNetworks,
    help: 'Mobile networks that emergency broadcasts go to.',
  }),
  broadcastRoutes: json<Readonly<Partial<Record<BroadcastNetwork, BroadcastRoutes>>>>({
    env: ['NOTIFY_BROADCAST_ROUTES'],
    default: {},
    defaultText: 'none',
    secret: true,
    shape: routesShape,
    read: readRoutes,
    help: 'URLs of each network for the transport http; docs/broadcasts.md describes them, client certificates included.',
  }),
  broadcastBody: oneOf({
    env: ['NOTIFY_BROADCAST_BODY'],
    default: 'payload',
    choices: ['payload', 'xml'],
    help: 'What is posted: the payload as JSON, from which a proxy makes the document, or the document itself.',
  }),
  broadcastFolder: absolutePath<string | null>({
    env: ['NOTIFY_BROADCAST_FOLDER'],
    default: null,
    defaultText: "'broadcasts' in the state folder",
    help: 'Folder of the transport file.',
  }),
  broadcastTimeout: integer<number>({
    env: ['NOTIFY_BROADCAST_TIMEOUT'],
    default: 10,
    min: 1,
    max: 120,
    unit: 'seconds',
    help: 'How long one URL of a network may take to acknowledge.',
  }),
  broadcastUpdates: oneOf({
    env: ['NOTIFY_BROADCAST_UPDATES'],
    default: 'off',
    choices: ['off', 'on'],
    help: 'Whether events of the type update are sent; networks have to agree on them first.',
  }),
  broadcastSigningKey: text<string | null>({
    env: ['NOTIFY_BROADCAST_SIGNING_KEY'],
    default: null,
    defaultText: 'documents are not signed',
    secret: true,
    help: 'Private key, as PEM, that documents are signed with.',
  }),
  broadcastSigningCertificate: text<string | null>({
    env: ['NOTIFY_BROADCAST_SIGNING_CERTIFICATE'],
    default: null,
    defaultText: 'none',
    secret: true,
    help: 'Certificate of that key, as PEM; it is part of every signature.',
  }),
  broadcastOrganisation: custom<string | null>('id', {
    env: ['NOTIFY_BROADCAST_ORGANISATION'],
    default: null,
    defaultText: 'none',
    read: readId,
    help: 'Id of the organisation that services join when they become broadcast services.',
  }),
};

function readId(value: string): string {
  const id = parseUuid(value);
  if (id === null) throw new Error('expected an id (UUID)');
  return id;
}

function readNetworks(value: string): readonly BroadcastNetwork[] {
  const names = value
    .replace(/[[\]"]/g, '')
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean);
  if (!names.every((name) => (networks as readonly string[]).includes(name)))
    throw new Error(`expected names out of ${networks.join(', ')}, separated by commas`);
  return networks.filter((name) => names.includes(name));
}

function readRoutes(value: unknown): Readonly<Partial<Record<BroadcastNetwork, BroadcastRoutes>>> {
  if (!isRecord(value)) throw new Error(`expected an object ${routesShape}`);
  return Object.fromEntries(Object.entries(value).map(([network, routes]) => [network, readRoutesOf(network, routes)]));
}

function readRoutesOf(network: string, routes: unknown): BroadcastRoutes {
  const place = `routes of '${network}'`;
  if (!(networks as readonly string[]).includes(network))
    throw new Error(`expected the names of networks, out of ${networks.join(', ')}, not '${network}'`);
  if (!isRecord(routes)) throw new Error(`expected the ${place} to be an object`);
  const { primary, failover = null, certificate = null, key = null, authority = null, ...unknown } = routes;
  const [odd] = Object.keys(unknown);
  if (odd !== undefined) throw new Error(`expected no '${odd}' in the ${place}`);
  if (!isUrl(primary)) throw new Error(`expected the primary of the ${place} to be an http or https URL`);
  if (failover !== null && !isUrl(failover))
    throw new Error(`expected the failover of the ${place} to be an http or https URL`);
  for (const [name, file] of Object.entries({ certificate, key, authority })) {
    if (file !== null && !isPath(file)) throw new Error(`expected the ${name} of the ${place} to be an absolute path`);
  }
  if ((certificate === null) !== (key === null))
    throw new Error(`expected the ${place} to have a certificate and a key, or neither`);
  return { primary, failover, certificate, key, authority } as BroadcastRoutes;
}

function isPath(value: unknown): boolean {
  return typeof value === 'string' && isAbsolute(value);
}

function isUrl(value: unknown): value is string {
  return typeof value === 'string' && /^https?:$/.test(URL.parse(value)?.protocol ?? '');
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
