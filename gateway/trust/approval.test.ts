import { beforeAll, describe, expect, test, vi } from 'vitest';
import type { Approval } from '../../schemas/statement.ts';
import { APPROVAL_TYP, verifyApproval } from './approval.ts';
import type { Agency } from './entity-resolver.ts';
import { makeKey, NOW_S } from './federation.fixture.ts';
import { type Signer, signCompact } from './signer.ts';
import type { JsonObject } from './strict-json.ts';

const about = { handle: 'h-1', status: 'red' } as const;
const part = { level: 'county', role: 'principal', action: 'sign' } as const;
let county: Agency & { readonly signer: Signer };
let province: Agency & { readonly signer: Signer };

beforeAll(async () => {
  const [own, higher] = [await makeKey('county-key'), await makeKey('province-key')];
  const agency = (name: string, level: Agency['level'], role: Agency['role'], pair: typeof own) => ({
    entityId: `https://province.example/agencies/${name}`,
    level,
    role,
    keys: [pair.jwk],
    signer: pair.signer,
  });
  county = agency('county', 'county', 'principal', own);
  province = agency('province', 'province', 'health_commission', higher);
});

async function verdict(signer: Signer, claims: JsonObject = {}, shown: Partial<Approval> = {}, typ = APPROVAL_TYP) {
  const signature = await signCompact({ typ }, { ...part, ...about, ...claims }, signer);
  return await verifyApproval({ ...part, signature, ...shown }, about, [county, province], NOW_S);
}

describe('an approval', () => {
  test("by the agency whose part it is does not count, or counts as another agency's", async () => {
    expect(await verdict(county.signer)).toEqual({ verified: 'valid', agency: county.entityId });
    expect((await verifyApproval({ ...part }, about, [county], NOW_S)).verified).toBe('unsigned');
  });

  test.each<[string, JsonObject]>([
    ['another person', { handle: 'h-2' }],
    ['another colour', { status: 'yellow' }],
    ['another action', { action: 'assign' }],
    ['another level', { level: 'city' }],
    ['more than was asked', { note: 'x' }],
  ])('over %s counts', async (_name, claims) => {
    expect(await verdict(county.signer, claims)).toEqual({ verified: 'invalid', agency: null });
  });

  test("of a higher level is made with a lower level's good key", async () => {
    const higher = { level: 'province', role: 'health_commission', action: 'assign' } as const;
    expect((await verdict(province.signer, higher, higher)).verified).toBe('valid');
    expect((await verdict(county.signer, higher, higher)).verified).toBe('invalid');
  });

  test('counts for nothing once another agency has a key of the same name', async () => {
    const signature = await signCompact({ typ: APPROVAL_TYP }, { ...part, ...about }, county.signer);
    const [own] = county.keys;
    const { jwk } = await makeKey(own?.kid ?? '');
    const other = { ...county, entityId: 'https://province.example/agencies/other' };
    for (const key of [jwk, { ...jwk, revoked: { revoked_at: NOW_S } }]) {
      const agencies = [{ ...other, keys: [key] }, county];
      expect(await verifyApproval({ ...part, signature }, about, agencies, NOW_S)).toEqual({
        verified: 'valid',
        agency: county.entityId,
      });
    }
  });

  test('is tried with the keys of every agency of that part, however many there are', async () => {
    const signature = await signCompact({ typ: APPROVAL_TYP }, { ...part, ...about }, county.signer);
    const { jwk } = await makeKey('another');
    const others = Array.from({ length: 200 }, (_, at) => ({
      ...county,
      entityId: `${county.entityId}/${at}`,
      keys: [jwk],
    }));
    const reading = vi.spyOn(String.prototype, 'split');
    const readings = async (agencies: readonly Agency[]) => {
      reading.mockClear();
      expect((await verifyApproval({ ...part, signature }, about, agencies, NOW_S)).agency).toBe(county.entityId);
      return reading.mock.contexts.filter((text) => text === signature || String(text) === signature).length;
    };
    expect(await readings([...others, county])).toBe(await readings([county]));
    reading.mockRestore();
  });

  test('of another type, by a stranger, or with a key that is over counts', async () => {
    expect((await verdict(county.signer, {}, {}, 'audit-request+jwt')).verified).toBe('invalid');
    expect((await verdict((await makeKey('county-key')).signer)).verified).toBe('invalid');
    const [key] = county.keys;
    if (key === undefined) throw new Error('no key');
    const signature = await signCompact({ typ: APPROVAL_TYP }, { ...part, ...about }, county.signer);
    const revoked = { ...county, keys: [{ ...key, revoked: { revoked_at: NOW_S } }] };
    expect((await verifyApproval({ ...part, signature }, about, [revoked], NOW_S)).verified).toBe('invalid');
  });
});
