import { BlockList, isIP } from 'node:net';

/** IPv4 that is not the public internet (IANA's special-purpose registry, multicast and reserved space). */
const specialIpv4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
];

/** The part of IPv6 that is given out as global unicast; all the rest is something else. */
const globalIpv6 = '2000::/3';

/** Inside of it: protocol assignments with Teredo and ORCHID, documentation, 6to4. */
const specialIpv6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'];

/**
 * Where clouds hand credentials to whoever asks. No setting opens these: link-local and those that clouds placed
 * elsewhere.
 */
const metadataRanges = [
  '169.254.0.0/16',
  'fe80::/10',
  'fd00:ec2::/32',
  'fd20:ce::254/128',
  '100.100.100.200/32',
  '168.63.129.16/32',
  '192.0.0.192/32',
];

/** Prefixes whose addresses carry an IPv4 address, with the place of its first byte. */
const carriersOfIpv4 = [
  { range: '::/96', at: 12 },
  { range: '::ffff:0:0/96', at: 12 },
  { range: '::ffff:0:0:0/96', at: 12 },
  { range: '64:ff9b::/96', at: 12 },
  { range: '64:ff9b:1::/48', at: 12 },
  { range: '2002::/16', at: 2 },
].map(({ range, at }) => ({ contains: rangesOf([range]), at }));

const isSpecialIpv4 = rangesOf(specialIpv4);
const isGlobalIpv6 = rangesOf([globalIpv6]);
const isSpecialIpv6 = rangesOf(specialIpv6);
const isMetadata = rangesOf(metadataRanges);

/** True for an address of the public internet: global unicast, and no tunnel to anything else. */
export function isGlobalUnicast(address: string): boolean {
  if (isIP(address) === 4) return !isSpecialIpv4(address);
  return isIPv6WithoutZone(address) && isGlobalIpv6(address) && !isSpecialIpv6(address);
}

/** True where clouds keep their metadata, also when the address is wrapped into an IPv6 one. */
export function isMetadataAddress(address: string): boolean {
  return isMetadata(address) || embeddedIpv4(address).some((inner) => isMetadata(inner));
}

/** A test for addresses in some ranges (CIDR, or single addresses). What is no address is in none. */
export function rangesOf(ranges: readonly string[]): (address: string) => boolean {
  const lists = { 4: new BlockList(), 6: new BlockList() };
  for (const range of ranges) {
    const [address = '', prefix] = range.split('/');
    const family = isIP(address) === 4 ? 4 : 6;
    const bits = prefix === undefined ? (family === 4 ? 32 : 128) : Number(prefix);
    lists[family].addSubnet(address, bits, family === 4 ? 'ipv4' : 'ipv6');
  }
  return (address) => {
    const family = isIP(address);
    if (family === 4) return lists[4].check(address, 'ipv4');
    return family === 6 && isIPv6WithoutZone(address) && lists[6].check(address, 'ipv6');
  };
}

function isIPv6WithoutZone(address: string): boolean {
  return isIP(address) === 6 && !address.includes('%');
}

function embeddedIpv4(address: string): string[] {
  if (!isIPv6WithoutZone(address)) return [];
  const bytes = bytesOfIpv6(address);
  return carriersOfIpv4
    .filter(({ contains }) => contains(address))
    .map(({ at }) => [...bytes.subarray(at, at + 4)].join('.'));
}

function bytesOfIpv6(address: string): Uint8Array {
  // The URL parser spells an address in one way: groups of hexadecimal digits, and no dots.
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const groups = (text: string | undefined): number[] =>
    text === undefined || text === '' ? [] : text.split(':').map((group) => parseInt(group, 16));
  const first = groups(head);
  const last = groups(tail);
  const all = [...first, ...Array<number>(8 - first.length - last.length).fill(0), ...last];
  return Uint8Array.from(all.flatMap((group) => [group >> 8, group & 0xff]));
}
