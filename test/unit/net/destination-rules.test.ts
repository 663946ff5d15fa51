import { describe, expect, it } from 'vitest';
import { isGlobalUnicast, isMetadataAddress } from '../../../src/lib/net/address-ranges.ts';
import { createDestinationRules, isAllowedHost } from '../../../src/lib/net/destination-rules.ts';

const specialAddresses = [
  ['0.0.0.0', 'this network'],
  ['0.1.2.3', 'this network'],
  ['10.0.0.1', 'private'],
  ['10.255.255.255', 'private'],
  ['100.64.0.1', 'carrier-grade NAT'],
  ['100.127.255.255', 'carrier-grade NAT'],
  ['127.0.0.1', 'loopback'],
  ['127.255.255.254', 'loopback'],
  ['169.254.0.1', 'link-local'],
  ['169.254.169.254', 'metadata'],
  ['172.16.0.1', 'private'],
  ['172.31.255.255', 'private'],
  ['192.0.0.1', 'protocol assignments'],
  ['192.0.2.1', 'documentation'],
  ['192.88.99.1', '6to4 relay'],
  ['192.168.1.1', 'private'],
  ['198.18.0.1', 'benchmarking'],
  ['198.19.255.255', 'benchmarking'],
  ['198.51.100.1', 'documentation'],
  ['203.0.113.1', 'documentation'],
  ['224.0.0.1', 'multicast'],
  ['239.255.255.255', 'multicast'],
  ['240.0.0.1', 'reserved'],
  ['255.255.255.255', 'broadcast'],
  ['::', 'unspecified'],
  ['::1', 'loopback'],
  ['::7f00:1', 'IPv4-compatible'],
  ['::ffff:127.0.0.1', 'IPv4-mapped'],
  ['::ffff:8.8.8.8', 'IPv4-mapped, public'],
  ['::ffff:0:8.8.8.8', 'IPv4-translated'],
  ['64:ff9b::7f00:1', 'NAT64'],
  ['64:ff9b::808:808', 'NAT64, public'],
  ['64:ff9b:1::1', 'NAT64, local'],
  ['100::1', 'discard'],
  ['2001::1', 'Teredo'],
  ['2001:10::1', 'ORCHID'],
  ['2001:20::1', 'ORCHID 2'],
  ['2001:db8::1', 'documentation'],
  ['2002:7f00:1::1', '6to4 of loopback'],
  ['2002:808:808::1', '6to4, public'],
  ['3fff::1', 'documentation'],
  ['5f00::1', 'segment routing'],
  ['fc00::1', 'unique local'],
  ['fd12:3456::1', 'unique local'],
  ['fe80::1', 'link-local'],
  ['fe80::1%eth0', 'link-local with a zone'],
  ['fec0::1', 'site-local'],
  ['ff02::1', 'multicast'],
  ['2606:4700::1%eth0', 'with a zone'],
  ['', 'nothing'],
  ['example.gov.uk', 'a name'],
  ['127.1', 'short form'],
  ['0x7f000001', 'hexadecimal form'],
] as const;

const publicAddresses = [
  '1.1.1.1',
  '8.8.8.8',
  '9.255.255.255',
  '11.0.0.0',
  '100.63.255.255',
  '100.128.0.0',
  '126.255.255.255',
  '128.0.0.0',
  '169.253.255.255',
  '172.15.255.255',
  '172.32.0.0',
  '192.0.1.0',
  '192.167.255.255',
  '198.17.255.255',
  '198.20.0.0',
  '223.255.255.255',
  '2001:200::1',
  '2001:4860:4860::8888',
  '2606:4700:4700::1111',
  '2a00:1450:4009::1',
] as const;

describe('an address of the public internet', () => {
  it.each(specialAddresses)('is not %s (%s)', (address) => expect(isGlobalUnicast(address)).toBe(false));
  it.each(publicAddresses)('is %s', (address) => expect(isGlobalUnicast(address)).toBe(true));
});

describe('an address of cloud metadata', () => {
  it.each([
    '169.254.169.254',
    '169.254.170.2',
    '169.254.170.23',
    '100.100.100.200',
    '168.63.129.16',
    '192.0.0.192',
    'fd00:ec2::254',
    'fd00:ec2::23',
    'fd20:ce::254',
    'fe80::a9fe:a9fe',
    '::ffff:169.254.169.254',
    '::ffff:a9fe:a9fe',
    '::a9fe:a9fe',
    '64:ff9b::169.254.169.254',
    '64:ff9b:1::169.254.169.254',
    '2002:a9fe:a9fe::1',
  ])('is %s', (address) => expect(isMetadataAddress(address)).toBe(true));

  it.each(['127.0.0.1', '10.0.0.1', 'fd12::1', '::1', '8.8.8.8', '2002:808:808::1', 'localhost'])(
    'is not %s',
    (address) => expect(isMetadataAddress(address)).toBe(false),
  );
});

const loopback = ['127.0.0.1', 'receiver.internal:8443', '10.1.0.0/16', '169.254.169.254', '0.0.0.0/0'];

describe('a URL', () => {
  it.each([
    ['https://example.gov.uk/receipts', []],
    ['https://example.gov.uk:443/', []],
    ['https://example.gov.uk:80/', []],
    ['https://1.1.1.1/', []],
    ['https://[2606:4700:4700::1111]/', []],
    ['http://127.0.0.1:8080/', loopback],
    ['https://127.0.0.1:9000/', loopback],
    ['http://10.1.2.3/', loopback],
    ['https://receiver.internal:8443/', loopback],
    ['http://receiver.internal:8443/', loopback],
    ['https://RECEIVER.internal.:8443/', loopback],
    // Decided when the name is looked up.
    ['https://localhost/', []],
  ])('may be %s with %j allowed', (url, allowed) => {
    expect(() => createDestinationRules(allowed).assertUrl(new URL(url))).not.toThrow();
  });

  it.each([
    ['http://example.gov.uk/', [], 'Not allowed: the URL must begin with https://'],
    ['http://example.gov.uk/', loopback, 'Not allowed: the URL must begin with https://'],
    ['ftp://127.0.0.1/', loopback, 'Not allowed: the URL must begin with https://'],
    ['https://user@example.gov.uk/', [], 'Not allowed: the URL holds a user name or a password'],
    ['https://:secret@example.gov.uk/', [], 'Not allowed: the URL holds a user name or a password'],
    ['https://example.gov.uk:8443/', [], 'Not allowed: port 8443 is none of 443, 80'],
    ['https://receiver.internal:8444/', ['receiver.internal:8443'], 'Not allowed: port 8444 is none of 443, 80'],
    ['https://1.1.1.1:22/', [], 'Not allowed: port 22 is none of 443, 80'],
    ['https://127.0.0.1/', [], 'Not allowed: the host has an address that is not of the public internet'],
    ['https://2130706433/', [], 'Not allowed: the host has an address that is not of the public internet'],
    ['https://0x7f.1/', [], 'Not allowed: the host has an address that is not of the public internet'],
    ['https://[::1]/', [], 'Not allowed: the host has an address that is not of the public internet'],
    ['https://[::ffff:10.0.0.1]/', [], 'Not allowed: the host has an address that is not of the public internet'],
    ['https://169.254.169.254/', [], 'Not allowed: the host is an address of cloud metadata or link-local'],
    ['http://169.254.169.254/', loopback, 'Not allowed: the host is an address of cloud metadata or link-local'],
    ['https://[::ffff:a9fe:a9fe]/', loopback, 'Not allowed: the host is an address of cloud metadata or link-local'],
    ['https://a..b/', [], 'Not allowed: the URL has no host that could be looked up'],
  ])('is refused: %s with %j allowed', (url, allowed, message) => {
    expect(() => createDestinationRules(allowed).assertUrl(new URL(url))).toThrow(
      expect.objectContaining({ code: 'DESTINATION_REFUSED', message }) as Error,
    );
  });
});

describe('the setting for internal receivers', () => {
  it.each([
    'localhost',
    'localhost:8443',
    '127.0.0.1',
    '127.0.0.1:80',
    '::1',
    '[::1]:8443',
    '10.0.0.0/8',
    'fd00::/8',
    'h:443',
  ])('takes %s', (entry) => expect(isAllowedHost(entry)).toBe(true));
  it.each([
    '',
    'https://localhost',
    'localhost/',
    '10.0.0.0/33',
    '10.0.0/8',
    'a b',
    'user@host',
    'host:99999',
    '1.1.1.1/',
  ])('does not take %s', (entry) => expect(isAllowedHost(entry)).toBe(false));

  it('opens the port 443 only where it says so', () => {
    const rules = createDestinationRules(['receiver.internal:443']);
    const address = '10.0.0.1';
    expect(() => rules.assertAddress(new URL('https://receiver.internal/'), address)).not.toThrow();
    expect(() => rules.assertAddress(new URL('https://receiver.internal:444/'), address)).toThrow('Not allowed');
  });
});
