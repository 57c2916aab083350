import { describe, expect, test } from 'vitest';
import { isAllowedAddress, LOOPBACK_ONLY, METADATA_SERVICES, NOT_PUBLIC, networksOf, PUBLIC_ONLY } from './networks.ts';

/** Every range that is documented as no public place, with its first and last address. */
const ENDS: Readonly<Record<string, readonly [string, string]>> = {
  '0.0.0.0/8': ['0.0.0.0', '0.255.255.255'],
  '10.0.0.0/8': ['10.0.0.0', '10.255.255.255'],
  '100.64.0.0/10': ['100.64.0.0', '100.127.255.255'],
  '127.0.0.0/8': ['127.0.0.0', '127.255.255.255'],
  '169.254.0.0/16': ['169.254.0.0', '169.254.255.255'],
  '172.16.0.0/12': ['172.16.0.0', '172.31.255.255'],
  '192.0.0.0/24': ['192.0.0.0', '192.0.0.255'],
  '192.0.2.0/24': ['192.0.2.0', '192.0.2.255'],
  '192.88.99.0/24': ['192.88.99.0', '192.88.99.255'],
  '192.168.0.0/16': ['192.168.0.0', '192.168.255.255'],
  '198.18.0.0/15': ['198.18.0.0', '198.19.255.255'],
  '198.51.100.0/24': ['198.51.100.0', '198.51.100.255'],
  '203.0.113.0/24': ['203.0.113.0', '203.0.113.255'],
  '224.0.0.0/4': ['224.0.0.0', '239.255.255.255'],
  '240.0.0.0/4': ['240.0.0.0', '255.255.255.255'],
  '2001::/23': ['2001::', '2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff'],
  '2001:db8::/32': ['2001:db8::', '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff'],
  '2002::/16': ['2002::', '2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  '3fff::/20': ['3fff::', '3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff'],
};

const overHttps = (address: string, text: string | null = null) =>
  isAllowedAddress(address, 'https:', networksOf(text));

describe('an address', () => {
  test('of a documented range has no sample', () => {
    expect(Object.keys(ENDS)).toEqual(NOT_PUBLIC);
  });

  test.each(Object.entries(ENDS))('of %s is taken for a public one', (_range, ends) => {
    expect(ends.map((address) => overHttps(address))).toEqual([false, false]);
  });

  test.each([
    '::',
    '::1',
    '::ffff:10.0.0.1',
    '::ffff:8.8.8.8',
    '64:ff9b::a00:1',
    'fc00::1',
    'fe80::1',
    'fe80::1%lo',
    'ff02::1',
    'fd00:ec2::254',
    '100.100.100.200',
    '168.63.129.16',
    'localhost',
    '',
    '0177.0.0.1',
  ])('%s is taken for a public one', (address) => {
    expect(overHttps(address)).toBe(false);
  });

  test.each([
    '1.1.1.1',
    '114.114.114.114',
    '9.255.255.255',
    '100.128.0.1',
    '172.32.0.1',
    '2400:3200::1',
  ])('%s is refused, public as it is', (address) => {
    expect(overHttps(address)).toBe(true);
    expect(isAllowedAddress(address, 'http:', PUBLIC_ONLY)).toBe(false);
  });

  test.each(['::1', '1.1.1.1', '10.0.0.1'])('%s is reached from the sandbox', (address) => {
    expect(isAllowedAddress(address, 'http:', LOOPBACK_ONLY)).toBe(false);
    expect(isAllowedAddress(address, 'https:', LOOPBACK_ONLY)).toBe(false);
    expect(isAllowedAddress('127.0.0.2', 'http:', LOOPBACK_ONLY)).toBe(true);
  });
});

describe('a listed range', () => {
  const LISTED = '10.20.0.0/16, fd12:3456::/32,127.0.0.0/8';

  test.each(['10.20.0.1', '10.20.255.255', 'fd12:3456::1', '127.0.0.5', '1.1.1.1'])('does not let %s in', (address) => {
    expect(overHttps(address, LISTED)).toBe(true);
  });

  test.each([
    '10.21.0.1',
    '192.168.0.1',
    'fd12:3457::1',
    '::1',
    '::ffff:10.20.0.1',
  ])('lets %s in, which is outside', (address) => {
    expect(overHttps(address, LISTED)).toBe(false);
  });

  test.each(['10.20.0.1', '127.0.0.5', '1.1.1.1'])('has %s spoken to in the clear', (address) => {
    expect(isAllowedAddress(address, 'http:', networksOf(LISTED))).toBe(false);
  });

  test.each([
    ['100.64.0.0/10', '100.100.100.200'],
    ['168.0.0.0/8', '168.63.129.16'],
    ['169.0.0.0/8', '169.254.169.254'],
    ['192.0.0.0/24', '192.0.0.192'],
    ['fc00::/7', 'fd00:ec2::254'],
    ['fd00::/8', 'fd20:ce::254'],
    ['fe00::/7', 'fe80::1'],
  ])('%s, wide as it is, leads to the credentials at %s', (range, address) => {
    expect(overHttps(address, range)).toBe(false);
  });

  test('has a metadata service without a sample above', () => {
    expect(METADATA_SERVICES).toHaveLength(7);
  });

  test('that is link-local itself is never meant', () => {
    expect(overHttps('169.254.7.7', '169.254.7.0/24')).toBe(true);
    expect(overHttps('169.254.169.254', '169.254.7.0/24')).toBe(false);
  });

  test.each([
    '10.0.0.0',
    '10.0.0.0/33',
    '10.0.0/8',
    '010.0.0.0/8',
    'fd00::/129',
    'example.org/8',
    '10.0.0.0/8,,fd00::/8',
    '0.0.0.0/0',
    '::/0',
    '10.0.0.0/7',
    Array.from({ length: 101 }, () => '10.0.0.0/8').join(','),
  ])('%s is used, or refused without its setting and place', (text) => {
    expect(() => networksOf(text)).toThrow(/^HUREN_NETWORKS: (range [12]|holds) /);
  });

  test.each([null, '', ' '])('is needed where none is set (%j)', (text) => {
    expect(networksOf(text)).toBe(PUBLIC_ONLY);
  });
});
