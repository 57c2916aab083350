import { describe, expect, test } from 'vitest';
import { CookieSeal } from './sealed-cookie.ts';

const SECRET = 'a-secret-of-the-tests-that-is-long-enough-0123456789';
const value = { state: 'a-state', codeVerifier: 'a-verifier' };

describe('a sealed cookie', () => {
  test('cannot be opened by another instance with the same secret, or can be read without it', () => {
    const sealed = new CookieSeal(SECRET).seal('login', value);
    expect(sealed).toMatch(/^[A-Za-z0-9_-]+$/);
    expect(new CookieSeal(SECRET).open('login', sealed)).toEqual(value);
    expect(Buffer.from(sealed, 'base64url').toString('latin1')).not.toMatch(/a-state|a-verifier/);
    expect(new CookieSeal(`${SECRET}x`).open('login', sealed)).toBeUndefined();
    expect(new CookieSeal(null).open('login', new CookieSeal(null).seal('login', value))).toBeUndefined();
  });

  test('that was altered, cut or made for something else is opened', () => {
    const seal = new CookieSeal(null);
    const sealed = seal.seal('login', value);
    expect(seal.open('login', sealed)).toEqual(value);
    expect(seal.open('session', sealed)).toBeUndefined();
    const bytes = Buffer.from(sealed, 'base64url');
    for (let at = 0; at < bytes.length; at += 7) {
      const altered = Buffer.from(bytes);
      altered.writeUInt8(altered.readUInt8(at) ^ 1, at);
      expect(seal.open('login', altered.toString('base64url'))).toBeUndefined();
    }
    for (const cut of ['', 'x', sealed.slice(0, 60), sealed.slice(0, -1), 'A'.repeat(5_000)]) {
      expect(seal.open('login', cut)).toBeUndefined();
    }
  });
});
