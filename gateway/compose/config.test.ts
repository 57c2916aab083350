import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { checkConfig, readConfig } from './config.ts';

const folder = mkdtempSync(join(tmpdir(), 'huren-config-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const SECRET = 'a-secret-of-the-tests-that-is-long-enough-0123456789';
const FOLLOWER = { HUREN_ROLES: 'issuer,destination', HUREN_LOG_URL: 'https://national.invalid' };

function refusal(env: Readonly<Record<string, string>>, sandbox = false): string {
  try {
    readConfig(env, { sandbox });
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return 'taken';
}

describe('one value', () => {
  test.each([
    [{ HUREN_PORT: 'abc' }, 'HUREN_PORT: must be a whole number from 0 to 65535'],
    [{ HUREN_PORT: '65536' }, 'HUREN_PORT: must be a whole number from 0 to 65535'],
    [{ HUREN_PORT: '0x50' }, 'HUREN_PORT: must be a whole number from 0 to 65535'],
    [{ HUREN_PORT: '1e3' }, 'HUREN_PORT: must be a whole number from 0 to 65535'],
    [{ HUREN_PORT: '-1' }, 'HUREN_PORT: must be a whole number from 0 to 65535'],
    [{ HUREN_WORKERS: '1.5' }, 'HUREN_WORKERS: must be a whole number from 1 to 64'],
    [{ HUREN_DRAIN_S: 'NaN' }, 'HUREN_DRAIN_S: must be a number from 0 to 60'],
    [{ HUREN_LOG_LEVEL: 'loud' }, 'HUREN_LOG_LEVEL: must be one of fatal, error, warn, info, debug, trace, silent'],
    [
      { HUREN_ROLES: 'issuer,verifier' },
      'HUREN_ROLES: must be a comma list of authority, registry, issuer, destination, monitor',
    ],
    [{ HUREN_ROLES: 'issuer,issuer' }, /^HUREN_ROLES: must be a comma list/],
    [{ HUREN_KEYS: 'vault:x' }, 'HUREN_KEYS: must be file:DIR or pkcs11:MODULE?…'],
    [{ HUREN_KEYS: 'pkcs11:/x.so?label=a' }, /^HUREN_KEYS: must be file:DIR, or pkcs11:MODULE\?token=LABEL/],
    [{ HUREN_HOST: 'http://127.0.0.1' }, /^HUREN_HOST: must be an IP address or host name/],
    [{ HUREN_HOST: '127.0.0.1:8080' }, /^HUREN_HOST: must be an IP address or host name/],
    [{ HUREN_DATABASE_URL: 'mysql://x' }, 'HUREN_DATABASE_URL: must be a postgres:// address'],
  ])('%j is taken, or told in a library’s words', (env, message) => {
    expect(refusal(env)).toMatch(message);
  });

  test('a secret that is refused is quoted', () => {
    expect(refusal({ HUREN_CACHE_SECRET: 'so-private' })).not.toContain('so-private');
    expect(refusal({ HUREN_DATABASE_URL: 'postgres//u:so-private@h' })).not.toContain('so-private');
  });

  test('an empty variable is not the same as an unset one', () => {
    expect(readConfig({ HUREN_PORT: '', HUREN_ROLES: '', HUREN_CACHE_SECRET_FILE: '' })).toEqual(readConfig({}));
  });

  test('blanks in a list change what it says', () => {
    const { roles } = readConfig({ ...FOLLOWER, HUREN_ROLES: ' issuer , destination' });
    expect([...roles]).toEqual(['issuer', 'destination']);
  });
});

describe('an identifier that others compare character by character', () => {
  test.each([
    'https://gateway.example/',
    'https://gateway.example/a/',
    'https://gateway.example?x=1',
    'https://gateway.example?',
    'https://gateway.example#x',
    'https://user@gateway.example',
    'https://Gateway.example',
    'https://gateway.example:443',
    'https://gateway.example/a/../b',
    'ftp://gateway.example',
    'gateway.example',
  ])('%s is taken', (given) => {
    for (const name of ['HUREN_ENTITY_ID', 'HUREN_LOG_URL']) {
      expect(refusal({ ...FOLLOWER, [name]: given })).toMatch(new RegExp(`^${name}: must be an https address without`));
    }
  });

  test('plain http is taken where somebody could be on the way', () => {
    const plain = { ...FOLLOWER, HUREN_ENTITY_ID: 'http://gateway.example' };
    expect(refusal(plain)).toBe('HUREN_ENTITY_ID: must be https (http is taken on loopback alone)');
    expect(refusal(plain, true)).toBe('taken');
    for (const host of ['127.0.0.2:8080', 'localhost', '[::1]:1']) {
      expect(refusal({ ...FOLLOWER, HUREN_ENTITY_ID: `http://${host}`, HUREN_LOG_URL: `http://${host}` })).toBe(
        'taken',
      );
    }
    const client = { HUREN_OPERATOR_CLIENT_ID: 'page', HUREN_OPERATOR_CLIENT_SECRET: 'a-secret-that-is-long-enough' };
    const provider = { HUREN_OPERATOR_ISSUER: 'http://provider.example/', ...client };
    expect(refusal(provider)).toMatch(/^HUREN_OPERATOR_ISSUER: must be https/);
  });

  test('a name that follows from a wildcard address is given to others', () => {
    expect(refusal({ HUREN_HOST: '0.0.0.0' })).toMatch(/^HUREN_ENTITY_ID: must be set where HUREN_HOST is 0\.0\.0\.0/);
    expect(refusal({ HUREN_HOST: '0.0.0.0' }, true)).toBe('taken');
    expect(refusal({ HUREN_HOST: '127.0.0.3' })).toBe('taken');
  });
});

describe('settings that belong together', () => {
  test.each([
    [{ HUREN_TLS_CERT_FILE: 'c' }, 'HUREN_TLS_KEY_FILE: must be set together with HUREN_TLS_CERT_FILE'],
    [{ HUREN_TLS_KEY_FILE: 'k' }, 'HUREN_TLS_CERT_FILE: must be set together with HUREN_TLS_KEY_FILE'],
    [
      { HUREN_OPERATOR_ISSUER: 'https://a' },
      'HUREN_OPERATOR_CLIENT_ID: must be set together with HUREN_OPERATOR_ISSUER and HUREN_OPERATOR_CLIENT_SECRET',
    ],
    [{ HUREN_WORKERS: '2' }, /^HUREN_WORKERS: 2 processes .+ HUREN_DATABASE_URL must be set/],
    [{ HUREN_WORKERS: '2', HUREN_DATABASE_URL: 'postgres://h/d' }, /^HUREN_WORKERS: .+ HUREN_REDIS_URL must be set/],
    [{ HUREN_REDIS_URL: 'redis://h' }, /^HUREN_CACHE_SECRET: must be set together with HUREN_REDIS_URL/],
  ])('%j is taken', (env, message) => {
    expect(refusal(env)).toMatch(message);
  });

  test('a registry follows another one', () => {
    expect(refusal({ HUREN_LOG_URL: 'https://r.example' })).toMatch(/^HUREN_LOG_URL: this process keeps the registry/);
    expect(refusal({ ...FOLLOWER, HUREN_ROLES: 'registry' })).toMatch(/^HUREN_LOG_URL: this process keeps/);
  });

  test('a process has no registry at all', () => {
    expect(refusal({ HUREN_ROLES: 'issuer' })).toMatch(/^HUREN_LOG_URL: must be set/);
  });

  test('what is unset is not every role', () => {
    expect(readConfig({})).toMatchObject({
      roles: new Set(['authority', 'registry', 'issuer', 'destination', 'monitor']),
      logUrl: null,
      tls: null,
      refreshS: 300,
      witnesses: 0,
    });
  });
});

describe('names', () => {
  test.each([
    ['HUREN_DRIAN_S', 'HUREN_DRIAN_S: there is no such setting; is HUREN_DRAIN_S meant?'],
    [
      'HUREN_CLIENT_SECRET_FIEL',
      'HUREN_CLIENT_SECRET_FIEL: there is no such setting; is HUREN_CLIENT_SECRET_FILE meant?',
    ],
    ['HUREN_SOMETHING_ELSE_ALTOGETHER', 'HUREN_SOMETHING_ELSE_ALTOGETHER: there is no such setting'],
    ['HUREN_ANCHOR_FILE_FILE', /no such setting; is HUREN_ANCHOR_FILE meant/],
    ['HUREN_SERVICE_HOST', /enableServiceLinks: false/],
  ])('%s is ignored', (name, message) => {
    expect(refusal({ [name]: '1' })).toMatch(message);
  });

  test('a setting of the command line stops a server', () => {
    expect(refusal({ HUREN_URL: 'http://127.0.0.1:1', HUREN_CLIENT_ID: 'x' })).toBe('taken');
  });

  test('one of several faults hides the others from whoever asks for all', () => {
    const { config, faults } = checkConfig(
      { HUREN_PORT: 'x', HUREN_HSOT: 'y', HUREN_WORKERS: 'z' },
      { sandbox: false },
    );
    expect(config).toBeNull();
    expect(faults.map(({ setting }) => setting)).toEqual(['HUREN_HSOT', 'HUREN_PORT', 'HUREN_WORKERS']);
  });
});

describe('a value from a file', () => {
  const file = join(folder, 'secret');
  writeFileSync(file, `${SECRET}\n`, { mode: 0o600 });

  test('is not read, or keeps the newline', () => {
    expect(readConfig({ HUREN_CACHE_SECRET_FILE: file }).cacheSecret).toBe(SECRET);
  });

  test('and another one beside it: either is used', () => {
    const env = { HUREN_CACHE_SECRET_FILE: file, HUREN_CACHE_SECRET: SECRET };
    expect(refusal(env)).toBe('HUREN_CACHE_SECRET: set either HUREN_CACHE_SECRET or HUREN_CACHE_SECRET_FILE, not both');
  });

  test('that is not there is taken for an empty one', () => {
    for (const name of ['HUREN_CACHE_SECRET', 'HUREN_ENTITY_ID']) {
      const missing = join(folder, 'none');
      expect(refusal({ [`${name}_FILE`]: missing })).toBe(`${name}_FILE: ${missing} cannot be read`);
    }
  });

  test('that everybody may read is used for a secret, or refused for anything else', () => {
    const open = join(folder, 'open');
    writeFileSync(open, SECRET);
    chmodSync(open, 0o644);
    expect(refusal({ HUREN_CACHE_SECRET_FILE: open })).toMatch(/^HUREN_CACHE_SECRET_FILE: .+ may be read by others/);
    writeFileSync(open, '8081');
    expect(readConfig({ HUREN_PORT_FILE: open }).port).toBe(8081);
  });

  test('is read where the setting names a file by itself', () => {
    expect(readConfig({ HUREN_ANCHOR_FILE: file }).anchorFile).toBe(file);
    const tls = { HUREN_TLS_CERT_FILE: file, HUREN_TLS_KEY_FILE: file };
    expect(readConfig(tls).tls).toEqual({ certFile: file, keyFile: file });
  });
});
