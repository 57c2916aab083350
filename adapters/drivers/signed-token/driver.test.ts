import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { sm2 } from 'sm-crypto-v2';
import { describe, expect, test } from 'vitest';
import { memberOf, NOW_MS, OUTCOME, openLoopback } from '../loopback.fixture.ts';
import { signedToken } from './driver.ts';

const NOW_S = NOW_MS / 1000;
const ISSUER = 'https://codes.invalid';
const config = {
  name: 'signed-token',
  issuer: ISSUER,
  path: '/ask',
  code_member: 'sub',
  outcome: OUTCOME,
  record_at: '/data',
} as const;
const CLAIMS = { iss: ISSUER, sub: 'subject-1', iat: NOW_S - 10, exp: NOW_S + 60 };
const UNKNOWN = { kind: 'absent', why: 'unknown' };
const EXPIRED = { kind: 'absent', why: 'expired' };

const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const sm = sm2.generateKeyPairHex();
const smStranger = sm2.generateKeyPairHex();
const { x, y } = p256.publicKey.export({ format: 'jwk' });
const KEYS = [
  { kid: 'es', alg: 'ES256', x, y },
  { kid: 'sm', alg: 'SM2', public_key: sm.publicKey },
];

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

function es256(claims: object, header: object = {}, key: KeyObject = p256.privateKey): string {
  const signed = `${part({ alg: 'ES256', kid: 'es', typ: 'health-code+jwt', ...header })}.${part(claims)}`;
  return `${signed}.${sign('sha256', Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
}

function sm2sm3(claims: object, key = sm.privateKey, userId = '1234567812345678'): string {
  const signed = `${part({ alg: 'SM2', kid: 'sm', typ: 'health-code+jwt' })}.${part(claims)}`;
  const signature = sm2.doSignature(Buffer.from(signed), key, { hash: true, userId });
  return `${signed}.${Buffer.from(signature, 'hex').toString('base64url')}`;
}

async function ask(code: string, keys: unknown = KEYS) {
  const secrets = { app_id: 'a', app_key: 'k', code_keys: JSON.stringify(keys) };
  const system = await openLoopback(secrets, ({ body }) => ({
    body: { code: 0, data: { asked: memberOf(body, 'sub') } },
  }));
  const answer = await signedToken.open(config, null, system.context)(code);
  return { answer, requests: system.received.length };
}

const FOUND = { answer: { kind: 'found', record: { asked: 'subject-1' }, statement: null }, requests: 1 };

describe('signed codes', () => {
  test('a code that the province signed with ES256 or with SM2 is asked about by its subject', async () => {
    await expect(ask(es256(CLAIMS))).resolves.toEqual(FOUND);
    await expect(ask(sm2sm3(CLAIMS))).resolves.toEqual(FOUND);
  });

  const [header = '', , signature = ''] = es256(CLAIMS).split('.');
  test.each([
    ['signed by a stranger', es256(CLAIMS, {}, stranger.privateKey), UNKNOWN],
    ['signed by a stranger with SM2', sm2sm3(CLAIMS, smStranger.privateKey), UNKNOWN],
    ['signed under another user ID', sm2sm3(CLAIMS, sm.privateKey, 'ALICE123@YAHOO.COM'), UNKNOWN],
    ['with other claims under the same signature', `${header}.${part({ ...CLAIMS, sub: 'x' })}.${signature}`, UNKNOWN],
    ['with an algorithm that is not the key’s', es256(CLAIMS, { alg: 'SM2' }), UNKNOWN],
    ['without an algorithm', es256(CLAIMS, { alg: 'none' }), UNKNOWN],
    ['under an unknown key', es256(CLAIMS, { kid: 'other' }), UNKNOWN],
    ['of another type', es256(CLAIMS, { typ: 'at+jwt' }), UNKNOWN],
    ['with a critical extension', es256(CLAIMS, { crit: ['b64'], b64: false }), UNKNOWN],
    ['with a second spelling of its signature', `${es256(CLAIMS)}=`, UNKNOWN],
    [
      'with an SM2 signature out of range',
      sm2sm3(CLAIMS).replace(/[^.]+$/, Buffer.alloc(64, 0xff).toString('base64url')),
      UNKNOWN,
    ],
    ['by another issuer', es256({ ...CLAIMS, iss: 'https://other.invalid' }), UNKNOWN],
    ['without a subject', es256({ ...CLAIMS, sub: '' }), UNKNOWN],
    ['without an end', es256({ iss: ISSUER, sub: 's' }), UNKNOWN],
    ['from the future', es256({ ...CLAIMS, iat: NOW_S + 121 }), UNKNOWN],
    ['in four parts', `${es256(CLAIMS)}.x`, UNKNOWN],
    ['that is no JWS', 'a.b.c', UNKNOWN],
    ['past its end', es256({ ...CLAIMS, exp: NOW_S }), EXPIRED],
    ['past its end with SM2', sm2sm3({ ...CLAIMS, exp: NOW_S - 1 }), EXPIRED],
  ])('a code %s is not asked about', async (_defect, code, answer) => {
    await expect(ask(code)).resolves.toEqual({ answer, requests: 0 });
  });

  test.each([
    ['no list', {}],
    ['an empty list', []],
    ['a point off the curve', [{ kid: 'sm', alg: 'SM2', public_key: `04${'11'.repeat(64)}` }]],
    ['an unknown algorithm', [{ kid: 'a', alg: 'HS256', k: 'AAAA' }]],
  ])('keys that are %s are the operator’s fault', async (_defect, keys) => {
    await expect(ask(es256(CLAIMS), keys)).rejects.toThrow(expect.objectContaining({ code: 'credentials' }));
  });
});
