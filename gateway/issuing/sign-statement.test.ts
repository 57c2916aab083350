import { createHash, randomBytes } from 'node:crypto';
import { SDJwtInstance } from '@sd-jwt/core';
import fc from 'fast-check';
import { decodeProtectedHeader } from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import { COUNTY_ACT } from '../../schemas/assignment.fixture.ts';
import { DISCLOSABLE_CLAIMS, STATEMENT_TYP, type StatusClaims, statusClaimsSchema } from '../../schemas/statement.ts';
import { makeKey } from '../trust/federation.fixture.ts';
import { withholdDisclosures } from '../trust/sd-jwt.ts';
import { plainly } from '../trust/signer.ts';
import { discloseStatement, verifyStatement } from '../trust/status-statement.ts';
import { STATEMENT_LIFETIME_S, signStatement } from './sign-statement.ts';

const ISSUER = 'https://issuer.example';
const AT_S = 1_767_225_600;
const TERMS = { iss: ISSUER, iat: AT_S, exp: AT_S + STATEMENT_LIFETIME_S };
const RED: StatusClaims = statusClaimsSchema.parse({
  status: 'red',
  status_as_of: '2026-01-01T00:00:00Z',
  ground: ['confirmed_case'],
  provenance: { ...COUNTY_ACT, role: null, instrument: '文号 1' },
  handle: '把柄-1',
  flags: ['popup'],
});

let key: Awaited<ReturnType<typeof makeKey>>;
beforeAll(async () => {
  key = await makeKey('statements');
});

const hasher = (data: string | ArrayBuffer) =>
  createHash('sha256')
    .update(typeof data === 'string' ? data : new Uint8Array(data))
    .digest();

/** The library that others use: it reads what we write, and writes what we read. */
async function oracle() {
  const publicKey = await crypto.subtle.importKey('jwk', key.jwk, { name: 'ECDSA', namedCurve: 'P-256' }, true, [
    'verify',
  ]);
  const bytes = (text: string) => new TextEncoder().encode(text);
  return new SDJwtInstance({
    signer: async (data: string) => Buffer.from(await key.signer.sign(bytes(data))).toString('base64url'),
    verifier: async (data: string, signature: string) =>
      await crypto.subtle.verify(
        { name: 'ECDSA', hash: 'SHA-256' },
        publicKey,
        new Uint8Array(Buffer.from(signature, 'base64url')),
        bytes(data),
      ),
    signAlg: 'ES256',
    hasher,
    hashAlg: 'sha-256',
    saltGenerator: () => randomBytes(16).toString('base64url'),
  });
}

const claimsOf: fc.Arbitrary<StatusClaims> = fc.record({
  status: fc.constantFrom('green' as const, 'yellow' as const, 'red' as const, 'indeterminate' as const),
  status_as_of: fc.constantFrom(null, '2026-01-01T00:00:00Z', '2026-01-01T08:00:00+08:00'),
  ground: fc.constantFrom<StatusClaims['ground'][]>([], RED.ground),
  provenance: fc.constantFrom(null, RED.provenance),
  handle: fc.string({ minLength: 1, maxLength: 256, unit: 'grapheme' }).filter((text) => text.length <= 256),
  flags: fc.constantFrom<StatusClaims['flags'][]>([], RED.flags),
});

describe('a statement that a node signs', () => {
  test('is not read as it was written, by us or by another library', async () => {
    const keys = { keys: [key.jwk] };
    const other = await oracle();
    await fc.assert(
      fc.asyncProperty(claimsOf, async (claims: StatusClaims) => {
        const statement = await signStatement(claims, TERMS, plainly(key.signer));
        const opened = await discloseStatement(statement, ISSUER, keys, { atS: AT_S });
        expect(opened.claims).toEqual(claims);
        const { payload } = await other.verify(statement, { currentDate: AT_S });
        expect(await other.getClaims(statement)).toEqual({ ...TERMS, ...claims });
        expect(payload).toEqual({ ...TERMS, ...claims });
      }),
      { numRuns: 50 },
    );
  });

  test('of another library is not read by us', async () => {
    const other = await oracle();
    const header = { typ: STATEMENT_TYP, kid: key.jwk.kid };
    const statement = await other.issue({ ...TERMS, ...RED }, { _sd: [...DISCLOSABLE_CLAIMS] }, { header });
    expect((await discloseStatement(statement, ISSUER, { keys: [key.jwk] }, { atS: AT_S })).claims).toEqual(RED);
  });

  test('shows a venue the reason, the handle, or by their order which digest is which', async () => {
    const statement = await signStatement(RED, TERMS, plainly(key.signer));
    const shown = withholdDisclosures(statement);
    const payload = await verifyStatement(shown, ISSUER, { keys: [key.jwk] }, { atS: AT_S });
    expect(Object.keys(payload).sort()).toEqual([
      '_sd',
      '_sd_alg',
      'exp',
      'iat',
      'iss',
      'kid',
      'status',
      'status_as_of',
    ]);
    expect(payload._sd).toEqual([...payload._sd].sort());
    expect(payload._sd).toHaveLength(DISCLOSABLE_CLAIMS.length);
    expect(decodeProtectedHeader(shown.split('~')[0] ?? '')).toEqual({
      alg: 'ES256',
      typ: STATEMENT_TYP,
      kid: key.jwk.kid,
    });
  });

  test('uses a salt again, or a short one', async () => {
    const salts = new Set<string>();
    for (let n = 0; n < 20; n += 1) {
      const [, ...disclosures] = (await signStatement(RED, TERMS, plainly(key.signer))).split('~');
      for (const disclosure of disclosures.filter((one) => one !== '')) {
        const [salt] = JSON.parse(Buffer.from(disclosure, 'base64url').toString('utf8'));
        expect(Buffer.from(String(salt), 'base64url')).toHaveLength(16);
        salts.add(String(salt));
      }
    }
    expect(salts.size).toBe(80);
  });
});
