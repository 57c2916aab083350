import fc from 'fast-check';
import { base64url } from 'jose';
import { beforeEach, describe, expect, test } from 'vitest';
import { ATTESTATION_TYP } from '../../schemas/attestation.ts';
import { STATEMENT_TYP } from '../../schemas/statement.ts';
import {
  AUDIENCE,
  checksOf,
  makeAnswer,
  makeAttestation,
  makeStatement,
  makeWorld,
  republish,
  undisclosed,
  type World,
} from './attestation.fixture.ts';
import { ENTITY_STATEMENT_TYP } from './entity-statement.ts';
import { configure, makeKey, makeParty, NOW_S, naming, state } from './federation.fixture.ts';
import { signHistoricalKeys } from './historical-keys.ts';
import { signCompact } from './signer.ts';
import { RECOGNITION_GATEWAY, STATUS_ISSUER } from './trust-bundle.ts';
import { type AttestationChecks, type Presented, verifyAttestation } from './verify-attestation.ts';

let world: World;

beforeEach(async () => {
  world = await makeWorld();
});

/** The code and link of a refusal; an answer that verifies fails the test. */
async function refusal(presented: Presented, checks: Partial<AttestationChecks> = {}) {
  const checked = await verifyAttestation(presented, checksOf(world, checks));
  if (checked.verified) throw new Error('it verified');
  expect(checked.chain.at(-1)).toMatchObject({ ok: false, code: checked.code });
  return { code: checked.code, link: checked.link };
}

/** An answer whose statement or attestation is forged in one way. */
async function answerWith(forged: { statement?: object; attestation?: object }): Promise<Presented> {
  const evidence = [undisclosed(await makeStatement(world, { ...forged.statement }))];
  return { attestation: await makeAttestation(world, evidence, { ...forged.attestation }), evidence };
}

describe('a good answer', () => {
  test('is refused, or a link of its chain is not shown', async () => {
    const checked = await verifyAttestation(await makeAnswer(world), checksOf(world));
    expect(checked).toMatchObject({ verified: true });
    expect(checked.chain.map(({ typ, iss, ok }) => [typ, iss, ok])).toEqual([
      [ATTESTATION_TYP, 'https://gateway.example', true],
      [STATEMENT_TYP, 'https://province.example', true],
      [ENTITY_STATEMENT_TYP, 'https://gateway.example', true],
      [ENTITY_STATEMENT_TYP, 'https://province.example', true],
      [ENTITY_STATEMENT_TYP, 'https://anchor.example', true],
    ]);
  });

  test('the clock, the audience or the nonce is not looked at', async () => {
    const answer = await makeAnswer(world);
    expect(await refusal(answer, { atS: NOW_S + 295 })).toMatchObject({ code: 'expired' });
    expect(await refusal(answer, { atS: NOW_S - 66 })).toMatchObject({ code: 'not_yet_valid' });
    const at = (atS: number) => verifyAttestation(answer, checksOf(world, { atS }));
    expect(await at(NOW_S + 400)).toMatchObject({ code: 'expired', clock_off_s: -105 });
    expect(await at(NOW_S - 605)).toMatchObject({ code: 'not_yet_valid', clock_off_s: 600 });
    expect(await refusal(answer, { audience: 'another-venue' })).toMatchObject({ code: 'audience_mismatch' });
    expect(await refusal(answer, { nonce: 'another' })).toMatchObject({ code: 'audience_mismatch' });
    const { audience: _audience, nonce: _nonce, ...anybodys } = checksOf(world);
    expect(await verifyAttestation(answer, anybodys)).toMatchObject({ verified: true });
    expect(AUDIENCE).not.toBe('another-venue');
  });
});

describe('a broken link', () => {
  test("a stranger's key signs the attestation, the statement or an entity's statement", async () => {
    const evidence = [undisclosed(await makeStatement(world))];
    const sameKid = await makeKey('answers');
    const otherKid = await makeKey('a-stranger');
    const forged = (pair: typeof sameKid) => makeAttestation(world, evidence, {}, pair);
    expect(await refusal({ attestation: await forged(sameKid), evidence })).toEqual({
      code: 'signature_invalid',
      link: 'attestation',
    });
    expect(await refusal({ attestation: await forged(otherKid), evidence })).toEqual({
      code: 'key_unknown',
      link: 'attestation',
    });
    const byStranger = [undisclosed(await makeStatement(world, {}, await makeKey('statements')))];
    expect(await refusal({ attestation: await makeAttestation(world, byStranger), evidence: byStranger })).toEqual({
      code: 'signature_invalid',
      link: 'statement',
    });
    const impostor = await makeParty(world.anchor.entityId, world.anchor.jwk.kid);
    const [own = ''] = world.chains.get(world.gateway.entityId) ?? [];
    world.chains.set(world.gateway.entityId, [own, await state(impostor, world.gateway)]);
    expect(await refusal({ attestation: await makeAttestation(world, evidence), evidence })).toEqual({
      code: 'signature_invalid',
      link: world.anchor.entityId,
    });
  });

  test('iss and sub of two statements do not meet', async () => {
    const answer = await makeAnswer(world);
    const [own = ''] = world.chains.get(world.gateway.entityId) ?? [];
    world.chains.set(world.gateway.entityId, [own, await state(world.anchor, world.province)]);
    expect(await refusal(answer)).toMatchObject({ code: 'chain_broken' });
  });

  test("another entity's good chain is passed off as the gateway's", async () => {
    const answer = await makeAnswer(world);
    world.chains.set(world.gateway.entityId, world.chains.get(world.province.entityId) ?? []);
    expect(await refusal(answer)).toEqual({ code: 'subject_mismatch', link: world.gateway.entityId });
  });

  test('an intermediate has expired', async () => {
    const answer = await makeAnswer(world);
    const middle = await makeParty('https://middle.example');
    const { anchor, gateway, chains } = world;
    const metadata = { [RECOGNITION_GATEWAY]: { province: '440000', jwks: { keys: [gateway.answers.jwk] } } };
    const chain = async (exp: number) => [
      await configure(gateway, { authority_hints: [middle.entityId], metadata }),
      await state(middle, gateway, naming(RECOGNITION_GATEWAY, gateway.answers.jwk)),
      await state(anchor, middle, { exp }),
    ];
    chains.set(gateway.entityId, await chain(NOW_S + 1));
    expect((await verifyAttestation(answer, checksOf(world))).verified).toBe(true);
    chains.set(gateway.entityId, await chain(NOW_S));
    expect(await refusal(answer)).toEqual({ code: 'expired', link: anchor.entityId });
  });

  test('a retired key goes on after its window, whatever the token says of its own time', async () => {
    const answer = await makeAnswer(world);
    await republish(world, { answerKeys: [{ ...world.gateway.answers.jwk, exp: NOW_S + 1 }] });
    expect((await verifyAttestation(answer, checksOf(world))).verified).toBe(true);
    await republish(world, { answerKeys: [{ ...world.gateway.answers.jwk, exp: NOW_S }] });
    expect(await refusal(answer)).toEqual({ code: 'key_outside_window', link: 'attestation' });
    await republish(world, { statementKeys: [{ ...world.province.statements.jwk, exp: NOW_S }] });
    expect(await refusal(answer)).toEqual({ code: 'key_outside_window', link: 'statement' });
    const backdated = await answerWith({ attestation: { iat: NOW_S - 100, exp: NOW_S + 100 } });
    expect(await refusal(backdated)).toEqual({ code: 'key_outside_window', link: 'statement' });
  });

  test('a revoked key goes on after its revocation', async () => {
    const answer = await makeAnswer(world);
    const revokedAt = (revoked_at: number) => ({ revoked: { revoked_at, reason: 'compromised' } });
    await republish(world, { statementKeys: [{ ...world.province.statements.jwk, ...revokedAt(NOW_S + 1) }] });
    expect((await verifyAttestation(answer, checksOf(world))).verified).toBe(true);
    await republish(world, { statementKeys: [{ ...world.province.statements.jwk, ...revokedAt(NOW_S) }] });
    expect(await refusal(answer)).toEqual({ code: 'key_revoked', link: 'statement' });
    await republish(world, { answerKeys: [{ ...world.gateway.answers.jwk, ...revokedAt(NOW_S) }] });
    expect(await refusal(answer)).toEqual({ code: 'key_revoked', link: 'attestation' });
  });

  test('a chain from before a revocation hides it, though the historical keys tell', async () => {
    const answer = await makeAnswer(world);
    const { province } = world;
    const life = { state: 'revoked', announced_s: 0, retired_s: null, revoked_s: NOW_S, expires_s: null } as const;
    const past = await signHistoricalKeys(
      province.entityId,
      [{ jwk: province.statements.jwk, ...life }],
      NOW_S,
      province.signer,
    );
    const historicalKeysOf = (id: string) => (id === province.entityId ? past : null);
    expect(await refusal(answer, { historicalKeysOf })).toEqual({ code: 'key_revoked', link: 'statement' });
    const stranger = await makeParty(province.entityId, province.jwk.kid);
    const forged = await signHistoricalKeys(province.entityId, [], NOW_S, stranger.signer);
    const byStranger = (id: string) => (id === province.entityId ? forged : null);
    expect(await refusal(answer, { historicalKeysOf: byStranger })).toMatchObject({ code: 'signature_invalid' });
  });

  test('a policy empties a value that it calls essential', async () => {
    const answer = await makeAnswer(world);
    const { anchor, province, chains } = world;
    const [own = ''] = chains.get(province.entityId) ?? [];
    const empties = { [STATUS_ISSUER]: { scopes: { subset_of: ['a'], essential: true } } };
    chains.set(province.entityId, [own, await state(anchor, province, { metadata_policy: empties })]);
    expect(await refusal(answer)).toEqual({ code: 'invalid_metadata', link: province.entityId });
  });

  test('a chain loops or is too long', async () => {
    const answer = await makeAnswer(world);
    const { anchor, gateway, chains } = world;
    const [own = '', statement = ''] = chains.get(gateway.entityId) ?? [];
    const middle = await makeParty('https://middle.example');
    chains.set(gateway.entityId, [
      own,
      await state(middle, gateway),
      await state(gateway, middle),
      await state(anchor, gateway),
    ]);
    expect(await refusal(answer)).toMatchObject({ code: 'chain_loop' });
    chains.set(gateway.entityId, [own, ...new Array<string>(8).fill(statement)]);
    expect(await refusal(answer)).toEqual({ code: 'chain_too_long', link: gateway.entityId });
  });

  test('a path is longer than a superior allows', async () => {
    const answer = await makeAnswer(world);
    const { anchor, gateway, chains } = world;
    const middle = await makeParty('https://middle.example');
    const metadata = { [RECOGNITION_GATEWAY]: { province: '440000', jwks: { keys: [gateway.answers.jwk] } } };
    chains.set(gateway.entityId, [
      await configure(gateway, { authority_hints: [middle.entityId], metadata }),
      await state(middle, gateway),
      await state(anchor, middle, { constraints: { max_path_length: 0 } }),
    ]);
    expect(await refusal(answer)).toMatchObject({ code: 'constraint_violated', link: anchor.entityId });
  });

  test('one kid leads to the key of another entity or another use', async () => {
    const evidence = [undisclosed(await makeStatement(world, {}, { ...world.gateway.answers }))];
    const answer = { attestation: await makeAttestation(world, evidence), evidence };
    expect(await refusal(answer)).toEqual({ code: 'key_unknown', link: 'statement' });
    const federation = { signer: world.gateway.signer, jwk: world.gateway.jwk };
    const good = [undisclosed(await makeStatement(world))];
    const byFederationKey = await makeAttestation(world, good, {}, federation);
    expect(await refusal({ attestation: byFederationKey, evidence: good })).toMatchObject({ code: 'key_unknown' });
    const sameKid = await makeKey(world.gateway.answers.jwk.kid);
    const misled = [undisclosed(await makeStatement(world, {}, sameKid))];
    await republish(world, { statementKeys: [{ ...world.province.statements.jwk, kid: sameKid.jwk.kid }] });
    const confused = { attestation: await makeAttestation(world, misled), evidence: misled };
    expect(await refusal(confused)).toEqual({ code: 'signature_invalid', link: 'statement' });
  });

  test('statement, attestation and entity statement pass for one another', async () => {
    const evidence = [undisclosed(await makeStatement(world))];
    const [statement = ''] = evidence;
    const configuration = world.chains.get(world.gateway.entityId)?.[0] ?? '';
    const attestation = await makeAttestation(world, evidence);
    for (const wrong of [statement.slice(0, -1), configuration]) {
      expect(await refusal({ attestation: wrong, evidence })).toEqual({ code: 'typ_wrong', link: 'attestation' });
    }
    for (const wrong of [`${attestation}~`, `${configuration}~`]) {
      const bound = await makeAttestation(world, [wrong]);
      expect(await refusal({ attestation: bound, evidence: [wrong] })).toEqual({
        code: 'typ_wrong',
        link: 'statement',
      });
    }
    for (const typ of [STATEMENT_TYP, ENTITY_STATEMENT_TYP, 'recognition-pass+jwt', 'JWT']) {
      const mistyped = await makeAttestation(world, evidence, {}, undefined, typ);
      expect(await refusal({ attestation: mistyped, evidence })).toEqual({ code: 'typ_wrong', link: 'attestation' });
    }
    for (const wrong of [attestation, statement.slice(0, -1)]) {
      world.chains.set(world.gateway.entityId, [wrong, world.chains.get(world.gateway.entityId)?.[1] ?? '']);
      expect(await refusal({ attestation, evidence })).toEqual({ code: 'typ_wrong', link: world.gateway.entityId });
    }
  });

  test('a key that the token brings along is believed', async () => {
    const evidence = [undisclosed(await makeStatement(world))];
    const good = await makeAttestation(world, evidence);
    const [, payload = '', signature = ''] = good.split('.');
    const header = { alg: 'ES256', typ: ATTESTATION_TYP, kid: 'answers', jwk: world.gateway.answers.jwk };
    const carrying = [base64url.encode(JSON.stringify(header)), payload, signature].join('.');
    expect(await refusal({ attestation: carrying, evidence })).toEqual({ code: 'key_in_header', link: 'attestation' });
    const unsigned = [base64url.encode(JSON.stringify({ ...header, alg: 'none' })), payload, ''].join('.');
    expect((await refusal({ attestation: unsigned, evidence })).code).toMatch(/alg_not_allowed|base64_not_canonical/);
  });

  test('a typed token of the wrong signer is taken for a statement of the province', async () => {
    const fake = await signCompact(
      { typ: STATEMENT_TYP },
      { iss: world.gateway.entityId },
      world.gateway.answers.signer,
    );
    const evidence = [`${fake}~`];
    const answer = { attestation: await makeAttestation(world, evidence), evidence };
    expect(await refusal(answer)).toEqual({ code: 'invalid_metadata', link: 'statement' });
  });
});

describe('any change', () => {
  test('to one character of the attestation or its evidence is accepted, or breaks the verifier', async () => {
    const answer = await makeAnswer(world);
    const [statement = ''] = answer.evidence;
    const checks = checksOf(world);
    const alphabet = 'ABCXYZabcxyz0189-_.~=+ \n"{';
    await fc.assert(
      fc.asyncProperty(fc.boolean(), fc.nat(), fc.constantFrom(...alphabet), async (inEvidence, at, char) => {
        const text = inEvidence ? statement : answer.attestation;
        const index = at % text.length;
        fc.pre(text[index] !== char);
        const changed = text.slice(0, index) + char + text.slice(index + 1);
        const presented = inEvidence ? { ...answer, evidence: [changed] } : { ...answer, attestation: changed };
        expect((await verifyAttestation(presented, checks)).verified).toBe(false);
      }),
      { numRuns: 1500 },
    );
  });
});
