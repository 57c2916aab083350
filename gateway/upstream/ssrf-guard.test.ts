import type { LookupAddress } from 'node:dns';
import { describe, expect, test } from 'vitest';
import type { Manifest } from '../../schemas/manifest.ts';
import { guardedLookup, isAllowedAddress } from './ssrf-guard.ts';
import { openUpstreamClient } from './upstream-client.ts';

const LIMITS: Manifest['upstream'] = {
  base_url: 'https://province.invalid',
  timeout_ms: 1_000,
  max_connections: 2,
  max_queue: 2,
  max_reply_bytes: 1_000,
};

describe('an address', () => {
  test.each([
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '127.0.0.1',
    '169.254.169.254',
    '172.31.255.255',
    '192.168.0.1',
    '198.19.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:10.0.0.1',
    '::ffff:8.8.8.8',
    '64:ff9b::a00:1',
    'fc00::1',
    'fd00:ec2::254',
    'fe80::1',
    'ff02::1',
    '2001:db8::1',
    '2002:a00:1::1',
    'localhost',
    '',
    '0177.0.0.1',
  ])('%s is taken for a public one', (address) => {
    expect(isAllowedAddress(address, 'public')).toBe(false);
  });

  test.each([
    '1.1.1.1',
    '114.114.114.114',
    '172.32.0.1',
    '2400:3200::1',
  ])('%s is refused, public as it is', (address) => {
    expect(isAllowedAddress(address, 'public')).toBe(true);
  });

  test.each(['127.0.0.2', '::1', '1.1.1.1', '10.0.0.1'])('%s is reached from the sandbox', (address) => {
    expect(isAllowedAddress(address, 'loopback')).toBe(false);
    expect(isAllowedAddress('127.0.0.1', 'loopback')).toBe(true);
  });
});

describe('a name', () => {
  function lookUp(addresses: readonly string[]): Promise<{ error: NodeJS.ErrnoException | null; found: unknown }> {
    const found: LookupAddress[] = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
    return new Promise((settle) => {
      const lookup = guardedLookup('public', (_name, _options, done) => done(null, found));
      lookup('province.invalid', { all: true }, (error, all) => settle({ error, found: all }));
    });
  }

  test('that resolves to a private address is connected to', async () => {
    const { error } = await lookUp(['10.0.0.1', 'fd00::1']);
    expect(error).toMatchObject({ code: 'address_refused' });
  });

  test('that resolves to both is connected to at its private address', async () => {
    expect((await lookUp(['10.0.0.1', '1.1.1.1'])).found).toEqual([{ address: '1.1.1.1', family: 4 }]);
  });
});

describe('a manifest outside the sandbox', () => {
  test.each([
    ['a loopback address', 'https://127.0.0.1:1'],
    ['a metadata service', 'https://169.254.169.254'],
    ['an IPv6 loopback address', 'https://[::1]:1'],
    ['plain http', 'http://1.1.1.1'],
    ['a name for this machine', 'https://localhost:1'],
  ])('with %s is asked', async (_what, origin) => {
    const client = openUpstreamClient(LIMITS, origin, 'public');
    const asked = client.fetch({ method: 'GET', path: '/', headers: {} });
    await expect(asked).rejects.toMatchObject({ code: 'address_refused' });
    await client.close();
  });
});
