import { beforeAll, describe, expect, test } from 'vitest';
import { codeOf, makeKey, makeParty, NOW_S, type Party } from './federation.fixture.ts';
import { signCompact } from './signer.ts';
import { signTrustMark, TRUST_MARK_TYP, type TrustMarkClaims, verifyTrustMark } from './trust-mark.ts';

const MARK_TYPE = 'https://anchor.example/marks/conformance/3';
let issuer: Party;
let claims: TrustMarkClaims;

beforeAll(async () => {
  issuer = await makeParty('https://anchor.example');
  claims = {
    iss: issuer.entityId,
    sub: 'https://province.example',
    trust_mark_type: MARK_TYPE,
    iat: NOW_S - 60,
    exp: NOW_S + 60,
  };
});

const verify = (token: string) =>
  verifyTrustMark(token, {
    issuer: issuer.entityId,
    issuerJwks: { keys: [issuer.jwk] },
    subject: 'https://province.example',
    trustMarkType: MARK_TYPE,
    atS: NOW_S,
  });
const forge = (change: object, typ = TRUST_MARK_TYP, signer = issuer.signer) =>
  signCompact({ typ }, { ...claims, ...change }, signer);

describe('trust mark', () => {
  test('verifies', async () => {
    expect(await verify(await signTrustMark(claims, issuer.signer))).toEqual(claims);
  });

  test.each([
    ['of another type', { trust_mark_type: 'https://anchor.example/marks/conformance/4' }, 'trust_mark_invalid'],
    ['for another entity', { sub: 'https://other.example' }, 'subject_mismatch'],
    ['by another issuer', { iss: 'https://other.example' }, 'issuer_mismatch'],
    ['that has ended', { exp: NOW_S }, 'expired'],
    ['that never ends', { exp: undefined }, 'trust_mark_invalid'],
    ['from the future', { iat: NOW_S + 61, exp: NOW_S + 90 }, 'not_yet_valid'],
    ['under a delegation that nobody checks', { delegation: 'a.b.c' }, 'trust_mark_invalid'],
    ['without a type', { trust_mark_type: undefined }, 'trust_mark_invalid'],
  ])('%s is refused', async (_what, change, code) => {
    expect(await codeOf(async () => verify(await forge(change)))).toBe(code);
  });

  test("a stranger's signature is refused", async () => {
    const stranger = await makeKey(issuer.jwk.kid);
    expect(await codeOf(async () => verify(await forge({}, TRUST_MARK_TYP, stranger.signer)))).toBe(
      'signature_invalid',
    );
  });

  test('another token type by the same key is refused', async () => {
    expect(await codeOf(async () => verify(await forge({}, 'entity-statement+jwt')))).toBe('typ_wrong');
  });

  test('a mark that would be refused is not signed', async () => {
    expect(await codeOf(() => signTrustMark({ ...claims, exp: claims.iat }, issuer.signer))).toBe('trust_mark_invalid');
  });
});
