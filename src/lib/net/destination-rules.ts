import { isIP } from 'node:net';
import { AppError } from '../core/errors.ts';
import { isGlobalUnicast, isMetadataAddress, rangesOf } from './address-ranges.ts';

/** Where requests that other people choose may go (server-side request forgery). */
export interface DestinationRules {
  /**
   * Checks everything of a URL that needs no look-up.
   *
   * @throws AppError DESTINATION_REFUSED
   */
  assertUrl(url: URL): void;
  /**
   * Checks an address that the host of a URL leads to.
   *
   * @throws AppError DESTINATION_REFUSED
   */
  assertAddress(url: Pick<URL, 'hostname' | 'port' | 'protocol'>, address: string): void;
}

/** An entry of the setting for internal receivers. */
interface AllowedHost {
  readonly isMet: (host: string, port: number) => boolean;
}

const publicPorts = [443, 80];

/**
 * Only https, only the public internet, only the ports 443 and 80; for the hosts and ranges of `allowed` also http, private
 * addresses and other ports. Addresses of cloud metadata are refused in any case.
 *
 * @param allowed names, addresses and CIDR ranges, names and addresses optionally with a port
 */
export function createDestinationRules(allowed: readonly string[]): DestinationRules {
  const allowedHosts = allowed.map(parseAllowedHost);
  const allowedRanges = allowed.some((entry) => entry.includes('/') || isIP(entry) !== 0);
  const isAllowed = (host: string, port: number): boolean => allowedHosts.some(({ isMet }) => isMet(host, port));
  return {
    assertUrl(url) {
      const host = hostOf(url);
      const port = portOf(url);
      const isLiteral = isIP(host) !== 0;
      if (url.username !== '' || url.password !== '') throw refused('the URL holds a user name or a password');
      if (!isLiteral && !isNameOfHost(host)) throw refused('the URL has no host that could be looked up');
      if (isLiteral) this.assertAddress(url, host);
      if (url.protocol === 'http:' && isAllowed(host, port)) return;
      if (url.protocol !== 'https:') throw refused('the URL must begin with https://');
      // Whether a range opens the port of a name is known when the name is looked up.
      if (isLiteral || allowedRanges) return;
      if (!isAllowed(host, port)) assertPublicPort(port);
    },
    assertAddress(url, address) {
      const port = portOf(url);
      if (isMetadataAddress(address)) throw refused('the host is an address of cloud metadata or link-local');
      if (isAllowed(hostOf(url), port) || isAllowed(address, port)) return;
      if (!isGlobalUnicast(address)) throw refused('the host has an address that is not of the public internet');
      assertPublicPort(port);
    },
  };
}

function assertPublicPort(port: number): void {
  if (!publicPorts.includes(port)) throw refused(`port ${port} is none of ${publicPorts.join(', ')}`);
}

/** The host of a URL as it is looked up: without brackets and final dot. */
export function hostOf({ hostname }: Pick<URL, 'hostname'>): string {
  return hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
}

function portOf({ port, protocol }: Pick<URL, 'port' | 'protocol'>): number {
  return port === '' ? (protocol === 'http:' ? 80 : 443) : Number(port);
}

/** Reads an entry of the setting. @throws Error for what is none */
function parseAllowedHost(entry: string): AllowedHost {
  if (entry.includes('/') || isIP(entry) !== 0) {
    const contains = rangesOf([entry]);
    return { isMet: (host) => contains(host) };
  }
  const { hostname, port } = new URL(`https://${entry}`);
  const name = hostOf({ hostname });
  // The URL parser drops the port of the scheme.
  const given = port === '' && /:443$/.test(entry) ? 443 : port === '' ? null : Number(port);
  return { isMet: (host, wanted) => host.toLowerCase() === name && (given === null || given === wanted) };
}

/** True for what the setting can hold. */
export function isAllowedHost(entry: string): boolean {
  const [address = '', prefix, ...rest] = entry.split('/');
  if (prefix !== undefined) {
    const bits = isIP(address) === 4 ? 32 : 128;
    return isIP(address) !== 0 && rest.length === 0 && /^\d{1,3}$/.test(prefix) && Number(prefix) <= bits;
  }
  if (isIP(entry) !== 0) return true;
  const url = URL.parse(`https://${entry}`);
  return url !== null && url.href === `https://${url.host}/` && !/[/?#@]/.test(entry);
}

function isNameOfHost(host: string): boolean {
  return host.length <= 253 && /^[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*$/i.test(host);
}

function refused(reason: string): AppError {
  return new AppError('DESTINATION_REFUSED', `Not allowed: ${reason}`, {
    hint: 'NOTIFY_CALLBACK_ALLOWED_HOSTS names internal receivers.',
  });
}
