import { beforeAll, describe, expect, test } from 'vitest';
import { makeWorld, type World } from './attestation.fixture.ts';
import { anchorOf, NOW_S } from './federation.fixture.ts';
import { signTrustBundle, TRUST_BUNDLE_LIFETIME_S, TRUST_BUNDLE_TYP, verifyTrustBundle } from './signed-bundle.ts';
import { type Signer, signCompact } from './signer.ts';
import type { TrustBundle } from './trust-bundle.ts';
import { TrustError } from './trust-error.ts';

let world: World;
let other: World;
beforeAll(async () => {
  world = await makeWorld();
  other = await makeWorld();
});

function bundleOf({ anchor, chains }: World): TrustBundle {
  const named = Object.fromEntries([...chains].map(([id, chain]) => [id, [...chain]]));
  return { ...anchorOf(anchor), chains: named, historical_keys: {}, status_lists: {} };
}

interface Given {
  readonly of?: World;
  readonly issuer?: string;
  readonly signer?: Signer;
  readonly claims?: object;
  readonly pinned?: World | null;
  readonly atS?: number;
}

/** What comes of a bundle of some world; whatever is not given is as an honest gateway has it. */
async function outcome({ of = world, issuer, signer, claims = {}, pinned = world, atS = NOW_S }: Given = {}) {
  const usual = { iss: issuer ?? of.gateway.entityId, iat: NOW_S - 5, exp: NOW_S + 3_600, bundle: bundleOf(of) };
  const token = await signCompact(
    { typ: TRUST_BUNDLE_TYP },
    { ...usual, ...claims },
    signer ?? of.gateway.answers.signer,
  );
  const terms = { pinned: pinned === null ? null : anchorOf(pinned.anchor), atS };
  return await verifyTrustBundle(token, terms).then(
    ({ province }) => province,
    (error: unknown) => (error instanceof TrustError ? error.code : 'internal'),
  );
}

describe('a trust bundle', () => {
  test('of an honest gateway is refused, the first time or later', async () => {
    expect(await outcome()).toBe('440000');
    expect(await outcome({ pinned: null })).toBe('440000');
  });

  test('of another anchor is believed once one is pinned', async () => {
    const renamed = { bundle: { ...bundleOf(world), entity_id: 'https://another.example' } };
    expect(await outcome({ claims: renamed })).toBe('anchor_unknown');
  });

  test('that brings its own anchor’s keys is believed by them', async () => {
    // The name is the pinned one's, the keys and the chains are somebody else's.
    expect(await outcome({ of: other })).toBe('signature_invalid');
  });

  test('signed by somebody else is the gateway’s word', async () => {
    expect(await outcome({ signer: other.gateway.answers.signer })).toBe('signature_invalid');
    expect(await outcome({ signer: world.province.statements.signer })).toBe('key_unknown');
  });

  test('of somebody who is no gateway is believed', async () => {
    const { province } = world;
    expect(await outcome({ issuer: province.entityId, signer: province.statements.signer })).toBe('invalid_metadata');
    const nobody = 'https://nobody.example';
    expect(await outcome({ issuer: nobody })).toBe('chain_broken');
    const { chains, ...rest } = bundleOf(world);
    const borrowed = { bundle: { ...rest, chains: { [nobody]: chains[world.gateway.entityId] } } };
    expect(await outcome({ issuer: nobody, claims: borrowed })).toBe('subject_mismatch');
  });

  test('counts after its day, or for more than one', async () => {
    expect(await outcome({ atS: NOW_S + 3_600 })).toBe('expired');
    const longer = { exp: NOW_S - 5 + TRUST_BUNDLE_LIFETIME_S + 1 };
    expect(await outcome({ claims: longer })).toBe('claims_invalid');
  });

  test('from the future of a clock that was set back counts', async () => {
    expect(await outcome({ atS: NOW_S - 600 })).toBe('not_yet_valid');
  });

  test('is made for longer than a day', async () => {
    const { gateway, anchor } = world;
    const signed = { issuer: gateway.entityId, bundle: bundleOf(world), nowS: NOW_S };
    const token = await signTrustBundle(signed, gateway.answers.signer);
    const { iatS, expS } = await verifyTrustBundle(token, { pinned: anchorOf(anchor), atS: NOW_S });
    expect(expS - iatS).toBeLessThanOrEqual(TRUST_BUNDLE_LIFETIME_S);
  });
});
