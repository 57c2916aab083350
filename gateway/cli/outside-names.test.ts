import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  checksOf,
  makeAnswer,
  makeAttestation,
  makeStatement,
  makeWorld,
  undisclosed,
  type World,
} from '../trust/attestation.fixture.ts';
import { checkAnswer } from '../trust/check-answer.ts';
import { NOW_S } from '../trust/federation.fixture.ts';
import { PASS_TYP, verifyPass } from '../trust/recognition-pass.ts';
import { signCompact } from '../trust/signer.ts';
import { verifyAttestation } from '../trust/verify-attestation.ts';
import { huren } from './huren.fixture.ts';
import { readTrust } from './trust-material.ts';

/** Names that every object answers to, though nobody gave them to it. */
const INHERITED = [...Object.getOwnPropertyNames(Object.prototype), 'prototype', 'length', 'then'];
const dataDir = mkdtempSync(join(tmpdir(), 'huren-names-'));
const env = { HUREN_DATA_DIR: dataDir, HUREN_URL: 'http://127.0.0.1:9' };
let world: World;

beforeAll(async () => {
  world = await makeWorld();
  const { anchor, chains } = world;
  const bundle = { entity_id: anchor.entityId, jwks: { keys: [anchor.jwk] } };
  writeFileSync(join(dataDir, 'anchor.json'), JSON.stringify(bundle));
  writeFileSync(join(dataDir, 'trust-bundle.json'), JSON.stringify({ ...bundle, chains: Object.fromEntries(chains) }));
});
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

describe.each(INHERITED)('an entity that calls itself %s', (name) => {
  test.each(['nearby', 'carried'] as const)('breaks the verifier, with chains %s', async (where) => {
    const trust = readTrust(where === 'nearby' ? {} : { bundle: join(dataDir, 'trust-bundle.json') }, env);
    const byName = [undisclosed(await makeStatement(world, { iss: name }))];
    const answers = [
      { attestation: await makeAttestation(world, [], { iss: name }), spoken: {} },
      { attestation: await makeAttestation(world, byName), evidence: byName, spoken: {} },
    ];
    for (const answer of answers) {
      const checked = await checkAnswer(answer, trust, { atS: NOW_S });
      expect(checked).toMatchObject({ verified: false, code: 'fetch_failed', link: name });
    }
    const pass = await signCompact({ typ: PASS_TYP }, { iss: name }, world.gateway.answers.signer);
    expect(await verifyPass(pass, { ...checksOf(world), ...trust, anchor: checksOf(world).anchor })).toMatchObject({
      verified: false,
      code: 'fetch_failed',
    });
  });

  test('breaks the verifier as a member of the reply', async () => {
    const answer = await makeAnswer(world);
    const trust = readTrust({}, env);
    const spoken: unknown = JSON.parse(`{"${name}":{"${name}":1},"issuer":{"province":"${name}"}}`);
    const checked = await checkAnswer({ ...answer, spoken }, trust, { atS: NOW_S });
    expect(checked).toMatchObject({ verified: false, code: 'reply_mismatch' });
  });
});

test('the command ends with an internal error', async () => {
  const attestation = await makeAttestation(world, [], { iss: 'constructor' });
  const { exit, stderr } = await huren(['verify', '-', '--at', String(NOW_S)], env, attestation);
  expect([exit, stderr]).toEqual([1, expect.stringMatching(/^huren: fetch_failed: constructor: /)]);
});

describe('whoever calls the verifier without a compiler', () => {
  test.each([[undefined], [null], [7], [{}], [['a.b.c']]])('%j in place of a text throws', async (odd) => {
    const { attestation, evidence } = await makeAnswer(world);
    // As JavaScript hands it over.
    const handed = (presented: object): Parameters<typeof verifyAttestation>[0] =>
      JSON.parse(JSON.stringify(presented));
    const refused = (code: string) => ({ verified: false, code });
    expect(await verifyAttestation(handed({ attestation: odd, evidence }), checksOf(world))).toMatchObject(
      refused('token_malformed'),
    );
    expect(await verifyAttestation(handed({ attestation, evidence: [odd] }), checksOf(world))).toMatchObject(
      refused('evidence_mismatch'),
    );
    if (odd !== undefined) {
      const checked = await verifyAttestation(handed({ attestation, evidence: odd }), checksOf(world));
      expect(checked).toMatchObject(refused('evidence_mismatch'));
    }
  });
});
