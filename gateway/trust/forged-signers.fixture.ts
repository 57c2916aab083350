import {
  makeAttestation,
  makeStatement,
  type Pair,
  republish,
  undisclosed,
  type World,
} from './attestation.fixture.ts';
import { configure, NOW_S, naming, type Party, state } from './federation.fixture.ts';
import { ownWordVectors } from './forged-own-word.fixture.ts';
import { signHistoricalKeys } from './historical-keys.ts';
import type { PublicJwk } from './public-key.ts';
import { STATUS_ISSUER } from './trust-bundle.ts';
import { type AttestationVector, type Expected, refused } from './vector.fixture.ts';

/** A key by its kid; `name` tells keys of one kid apart. */
export type KeyOf = (kid: string, name?: string) => Promise<Pair>;
type Changed = Readonly<Record<string, readonly string[]>>;
const GOOD: Expected = { verified: true };
const NODE = 'https://issuer.example';

/** Answers that say nothing wrong: who signed, with which key, or the chain behind it is what is wrong, if anything is. */
export async function signerVectors(world: World, keyOf: KeyOf): Promise<AttestationVector[]> {
  const evidence = [undisclosed(await makeStatement(world))];
  const answer = { attestation: await makeAttestation(world, evidence), evidence };
  return [
    ...(await strangerVectors(world, keyOf, evidence)),
    ...(await keyVectors(world, answer)),
    ...(await historyVectors(world, keyOf, answer)),
    ...(await chainVectors(world, keyOf, answer)),
    ...(await nodeVectors(world, keyOf)),
    ...(await ownWordVectors(world, keyOf)),
  ];
}

type Answer = Pick<AttestationVector, 'attestation' | 'evidence'>;

async function strangerVectors(world: World, keyOf: KeyOf, evidence: readonly string[]): Promise<AttestationVector[]> {
  const { gateway, province } = world;
  const stranger = await keyOf('answers', 'a stranger who took the kid');
  const nobody = await keyOf('a-stranger');
  const byStranger = [
    undisclosed(await makeStatement(world, {}, await keyOf('statements', 'a stranger who took the kid'))),
  ];
  const signed = async (pair: Pair, name: string, defect: string, expected: Expected) => {
    return { name, defect, attestation: await makeAttestation(world, evidence, {}, pair), evidence, expected };
  };
  return [
    await signed(
      stranger,
      'signed-by-a-stranger',
      'another key under the gateway’s kid',
      refused('signature_invalid', 'attestation'),
    ),
    await signed(
      nobody,
      'signed-with-an-unknown-key',
      'a kid that the gateway does not have',
      refused('key_unknown', 'attestation'),
    ),
    await signed(
      { signer: gateway.signer, jwk: gateway.jwk },
      'signed-with-the-federation-key',
      'the gateway’s key of another use',
      refused('key_unknown', 'attestation'),
    ),
    {
      name: 'signed-by-an-entity-of-another-type',
      defect: 'a province is no gateway, whatever it signs',
      attestation: await makeAttestation(world, evidence, { iss: province.entityId }, province.statements),
      evidence,
      expected: refused('invalid_metadata', 'attestation'),
    },
    {
      name: 'statement-by-a-stranger',
      defect: 'another key under the province’s kid',
      attestation: await makeAttestation(world, byStranger),
      evidence: byStranger,
      expected: refused('signature_invalid', 'statement'),
    },
  ];
}

async function keyVectors(world: World, answer: Answer): Promise<AttestationVector[]> {
  const { gateway, province } = world;
  const revoked = { revoked: { revoked_at: NOW_S, reason: 'compromised' } };
  const withAnswerKey = (change: object) => republished(world, { answerKeys: [{ ...gateway.answers.jwk, ...change }] });
  const withStatementKey = (change: object) =>
    republished(world, { statementKeys: [{ ...province.statements.jwk, ...change }] });
  const one = (name: string, defect: string, chains: Changed, expected: Expected) => {
    return { name, defect, ...answer, chains, expected };
  };
  return [
    one(
      'gateway-key-over',
      'the time of the gateway’s key is over',
      await withAnswerKey({ exp: NOW_S }),
      refused('key_outside_window', 'attestation'),
    ),
    one(
      'gateway-key-revoked',
      'the gateway’s key was revoked',
      await withAnswerKey(revoked),
      refused('key_revoked', 'attestation'),
    ),
    one(
      'statement-key-over',
      'the time of the province’s key is over',
      await withStatementKey({ exp: NOW_S }),
      refused('key_outside_window', 'statement'),
    ),
    one(
      'statement-key-revoked',
      'the province’s key was revoked',
      await withStatementKey(revoked),
      refused('key_revoked', 'statement'),
    ),
  ];
}

async function historyVectors(world: World, keyOf: KeyOf, answer: Answer): Promise<AttestationVector[]> {
  const { gateway, province } = world;
  const life = { state: 'revoked', announced_s: 0, retired_s: null, revoked_s: NOW_S, expires_s: null } as const;
  const history = (of: Party, jwk: PublicJwk, by: Party = of, atS = NOW_S) =>
    signHistoricalKeys(of.entityId, [{ jwk, ...life }], atS, by.signer);
  const of = (party: Party, token: string) => ({ historical_keys: { [party.entityId]: token } });
  const stranger = { ...gateway, ...(await keyOf(gateway.jwk.kid, 'a stranger who took the kid')) };
  const namesake = (await keyOf(gateway.answers.jwk.kid, 'a key of that name long ago')).jwk;
  const another = (await keyOf('an-earlier-key')).jwk;
  const own = gateway.answers.jwk;
  return [
    {
      name: 'history-revokes-the-gateway-key',
      defect: 'revoked since the chain was taken',
      ...answer,
      ...of(gateway, await history(gateway, own)),
      expected: refused('key_revoked', 'attestation'),
    },
    {
      name: 'history-revokes-the-statement-key',
      defect: 'revoked since the chain was taken',
      ...answer,
      ...of(province, await history(province, province.statements.jwk)),
      expected: refused('key_revoked', 'statement'),
    },
    {
      name: 'history-of-another-key',
      defect: null,
      ...answer,
      ...of(gateway, await history(gateway, another)),
      expected: GOOD,
    },
    {
      name: 'history-of-a-namesake',
      defect: null,
      ...answer,
      ...of(gateway, await history(gateway, namesake)),
      expected: GOOD,
    },
    {
      name: 'history-by-a-stranger',
      defect: 'a history that the gateway did not sign',
      ...answer,
      ...of(gateway, await history(gateway, another, stranger)),
      expected: refused('signature_invalid', gateway.entityId),
    },
    {
      name: 'history-of-another-entity',
      defect: 'a history that is about somebody else',
      ...answer,
      ...of(gateway, await history(province, another, gateway)),
      expected: refused('issuer_mismatch', gateway.entityId),
    },
    {
      name: 'history-from-the-future',
      defect: 'a history that was made later than now',
      ...answer,
      ...of(gateway, await history(gateway, another, gateway, NOW_S + 61)),
      expected: refused('not_yet_valid', gateway.entityId),
    },
  ];
}

async function chainVectors(world: World, keyOf: KeyOf, answer: Answer): Promise<AttestationVector[]> {
  const { anchor, gateway, province, chains } = world;
  const [own = ''] = chains.get(gateway.entityId) ?? [];
  const impostor = { ...anchor, ...(await keyOf(anchor.jwk.kid, 'a stranger who took the kid')) };
  const one = (name: string, defect: string, chain: readonly string[], expected: Expected) => {
    return { name, defect, ...answer, chains: { [gateway.entityId]: chain }, expected };
  };
  return [
    one('chain-missing', 'no chain for the gateway', [], refused('chain_broken', gateway.entityId)),
    one(
      'chain-without-a-superior',
      'nobody vouches for the gateway',
      [own],
      refused('anchor_unknown', anchor.entityId),
    ),
    one(
      'chain-by-a-stranger',
      'another key under the anchor’s kid',
      [own, await state(impostor, gateway)],
      refused('signature_invalid', anchor.entityId),
    ),
    one(
      'chain-expired',
      'what the anchor says is over',
      [own, await state(anchor, gateway, { exp: NOW_S })],
      refused('expired', anchor.entityId),
    ),
    one(
      'chain-of-another-entity',
      'the province’s good chain in place of the gateway’s',
      chains.get(province.entityId) ?? [],
      refused('subject_mismatch', gateway.entityId),
    ),
    one(
      'chain-vouches-for-another',
      'the anchor vouches for somebody else',
      [own, await state(anchor, province)],
      refused('chain_broken', province.entityId),
    ),
  ];
}

/** An issuer entity below a province signs in its place. */
async function nodeVectors(world: World, keyOf: KeyOf): Promise<AttestationVector[]> {
  const { anchor, province, chains } = world;
  const node = { entityId: NODE, ...(await keyOf(`key of ${NODE}`)) };
  const statements = await keyOf('node-statements');
  const [, above = ''] = chains.get(province.entityId) ?? [];
  const chainOf = async (code: string, top: string) => ({
    [NODE]: [
      await configure(node, {
        authority_hints: [province.entityId],
        metadata: { [STATUS_ISSUER]: { province: code, jwks: { keys: [statements.jwk] } } },
      }),
      await state(province, node, naming(STATUS_ISSUER, statements.jwk)),
      top,
    ],
  });
  const evidence = [undisclosed(await makeStatement(world, { iss: NODE }, statements))];
  const said = { assurance: 'node-signed', adapter: '410000@1.0.0#0 by node' };
  const attestation = await makeAttestation(world, evidence, said);
  const asProvince = await makeAttestation(world, evidence, { ...said, assurance: 'province-signed' });
  const ofHenan = await chainOf('410000', above);
  const ofShanghai = await chainOf('310000', await state(anchor, province));
  return [
    { name: 'signed-by-the-node', defect: null, attestation, evidence, chains: ofHenan, expected: GOOD },
    {
      name: 'node-passes-for-its-province',
      defect: 'signed by the node, and said to be by the province itself',
      attestation: asProvince,
      evidence,
      chains: ofHenan,
      expected: refused('rule_broken', 'evidence', 'statement_by_another_signer'),
    },
    {
      name: 'node-of-another-province',
      defect: 'signed by a node that belongs elsewhere',
      attestation,
      evidence,
      chains: ofShanghai,
      expected: refused('rule_broken', 'evidence', 'statement_of_another_province'),
    },
  ];
}

/** The chains that come out otherwise where keys are published anew; the world stays as it is. */
async function republished(world: World, keys: Parameters<typeof republish>[1]): Promise<Changed> {
  const usual = new Map(world.chains);
  await republish(world, keys);
  const changed = [...world.chains].filter(([id, [own]]) => usual.get(id)?.[0] !== own);
  for (const [id, chain] of usual) world.chains.set(id, chain);
  return Object.fromEntries(changed);
}
