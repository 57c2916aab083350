import { ATTESTATION_RULES, type AttestationRule } from '../../schemas/code-lists/attestation-rules.ts';
import { makeAttestation, makeStatement, undisclosed, type World } from './attestation.fixture.ts';
import { BROKEN, type Case, HONEST } from './attestation-rules.fixture.ts';
import { NOW_S } from './federation.fixture.ts';
import { merkleVectors } from './forged-merkle.fixture.ts';
import { type KeyOf, signerVectors } from './forged-signers.fixture.ts';
import type { JsonObject } from './strict-json.ts';
import { type AttestationVector, type Expected, refused } from './vector.fixture.ts';

/** Every answer that a gateway, a province or somebody between could forge, one defect each, and honest ones beside them. */
export async function attestationVectors(world: World, keyOf: KeyOf): Promise<AttestationVector[]> {
  const spoken = [...HONEST, ...BROKEN].map((one) => spokenVector(world, one));
  return [
    ...(await Promise.all(spoken)),
    ...(await evidenceVectors(world)),
    ...(await signerVectors(world, keyOf)),
    ...(await merkleVectors(world, keyOf)),
  ];
}

/** Signed by the gateway and by the province, every signature good: what is said is what is wrong, if anything is. */
async function spokenVector(world: World, one: Case & { readonly rule?: AttestationRule }): Promise<AttestationVector> {
  const { name, rule, stated = {}, shown, said } = one;
  const isBound = !('evidence' in said) || said.evidence !== undefined;
  const evidence = [undisclosed(await makeStatement(world, stated))];
  const link = rule?.startsWith('statement_') === true ? 'evidence' : 'attestation';
  return {
    name,
    defect: rule === undefined ? null : `not so: ${ATTESTATION_RULES[rule].en}`,
    attestation: await makeAttestation(world, evidence, { ...said }),
    ...(shown ? { evidence: isBound ? evidence : [] } : {}),
    expected: rule === undefined ? { verified: true } : { verified: false, code: 'rule_broken', link, rule },
  };
}

async function evidenceVectors(world: World): Promise<AttestationVector[]> {
  const { gateway, province } = world;
  const full = await makeStatement(world);
  const good = undisclosed(full);
  const other = undisclosed(await makeStatement(world, { iat: NOW_S - 9 }));
  const over = async (
    name: string,
    defect: string,
    expected: Expected,
    given: { bound?: readonly string[]; evidence?: readonly string[]; said?: JsonObject },
  ): Promise<AttestationVector> => {
    const bound = given.bound ?? given.evidence ?? [good];
    const attestation = await makeAttestation(world, bound, given.said ?? {});
    return { name, defect, attestation, evidence: given.evidence ?? bound, expected };
  };
  const at = (payload: JsonObject) => makeStatement(world, payload).then(undisclosed);
  return await Promise.all([
    over(
      'statement-swapped',
      'another good statement than the one that is bound',
      refused('evidence_mismatch', 'evidence'),
      { bound: [good], evidence: [other] },
    ),
    over('statement-left-out', 'the bound statement is not handed over', refused('evidence_mismatch', 'evidence'), {
      bound: [good],
      evidence: [],
    }),
    over('nothing-bound', 'the digest of no statement at all', refused('rule_broken', 'evidence', 'statement_count'), {
      bound: [],
      evidence: [],
    }),
    over('two-statements', 'two statements where one has to be', refused('evidence_mismatch', 'evidence'), {
      evidence: [good, other],
    }),
    over(
      'two-statements-in-one',
      'one text that holds two statements: the digest is the same',
      refused('evidence_disclosed', 'statement'),
      { bound: [good, other], evidence: [`${good}.${other}`] },
    ),
    over(
      'evidence-beside-transport',
      'evidence beside an answer that nobody signed',
      refused('evidence_mismatch', 'evidence'),
      { evidence: [good], said: { assurance: 'transport', evidence: undefined } },
    ),
    over(
      'disclosed-in-full',
      'a statement with its disclosures at a venue',
      refused('evidence_disclosed', 'statement'),
      { evidence: [full] },
    ),
    over('key-binding', 'a key binding follows the statement', refused('key_binding_refused', 'statement'), {
      evidence: [`${good}${(await at({})).slice(0, -1)}`],
    }),
    over('no-tilde', 'the statement is no SD-JWT', refused('token_malformed', 'statement'), {
      evidence: [good.slice(0, -1)],
    }),
    over('digest-listed-twice', 'a digest stands twice in the statement', refused('digest_repeated', 'statement'), {
      evidence: [await at({ _sd: ['a', 'b', 'c', 'd', 'a'] })],
    }),
    over(
      'statement-expired-before',
      'the statement had expired when the attestation was made',
      refused('expired', 'statement'),
      { evidence: [await at({ iat: NOW_S - 400, exp: NOW_S - 65 })] },
    ),
    over(
      'statement-from-after',
      'the statement was made after the attestation',
      refused('not_yet_valid', 'statement'),
      { evidence: [await at({ iat: NOW_S + 56, exp: NOW_S + 300 })] },
    ),
    over(
      'about-another-province',
      'the attestation names another province than the statement’s',
      refused('rule_broken', 'evidence', 'statement_of_another_province'),
      { said: { issuer_province: '310000', adapter: '310000@1.0.0#0' } },
    ),
    over(
      'province-passes-for-its-node',
      'signed by the province itself, and said to be by its node',
      refused('rule_broken', 'evidence', 'statement_by_another_signer'),
      { said: { assurance: 'node-signed', adapter: '410000@1.0.0#0 by node' } },
    ),
    over('made-for-another-venue', 'another audience', refused('audience_mismatch', 'attestation'), {
      said: { aud: 'another-venue' },
    }),
    over('answers-another-question', 'another nonce', refused('audience_mismatch', 'attestation'), {
      said: { nonce: 'n-2' },
    }),
    over('answers-no-question', 'no nonce, where one was asked with', refused('audience_mismatch', 'attestation'), {
      said: { nonce: undefined },
    }),
    over('expired', 'its time is over', refused('expired', 'attestation'), { said: { iat: NOW_S - 120, exp: NOW_S } }),
    over('from-the-future', 'made later than now', refused('not_yet_valid', 'attestation'), {
      said: { iat: NOW_S + 61, exp: NOW_S + 300 },
    }),
    over(
      'for-another-province',
      'a gateway that attests for a destination that is not its own',
      refused('destination_mismatch', 'attestation'),
      { said: { destination: '310000' } },
    ),
    over('with-a-ground', 'a claim that no attestation has', refused('claims_invalid', 'attestation'), {
      said: { ground: ['confirmed_case'] },
    }),
    over('withheld-false', 'withheld is true or absent', refused('claims_invalid', 'attestation'), {
      said: { withheld: false },
    }),
    over(
      'signed-by-nobody-known',
      'an issuer named like a member of every object',
      refused('fetch_failed', 'constructor'),
      { said: { iss: 'constructor' } },
    ),
    over(
      'typed-as-a-statement',
      'the statement in place of the attestation',
      refused('typ_wrong', 'attestation'),
      {},
    ).then((one) => ({ ...one, attestation: good.slice(0, -1) })),
    over(
      'statement-of-the-gateway',
      'a statement that the gateway made itself',
      refused('invalid_metadata', 'statement'),
      { evidence: [undisclosed(await makeStatement(world, { iss: gateway.entityId }, gateway.answers))] },
    ),
    over(
      'statement-by-the-gateway',
      'a statement of the province, signed with the gateway’s key',
      refused('key_unknown', 'statement'),
      { evidence: [undisclosed(await makeStatement(world, { iss: province.entityId }, gateway.answers))] },
    ),
  ]);
}
