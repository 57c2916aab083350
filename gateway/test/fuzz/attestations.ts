import { isPossibleAsOf } from '../../../schemas/as-of.ts';
import { ATTESTATION_LIFETIME_S, ATTESTATION_TYP, type AttestationClaims } from '../../../schemas/attestation.ts';
import { keysOf, REASONS } from '../../../schemas/code-lists/index.ts';
import { EVERY_FORM, type TokenForm } from '../../../schemas/token-form.ts';
import { checksOf, makeStatement, makeWorld, sayOf, undisclosed, type World } from '../../trust/attestation.fixture.ts';
import { evidenceDigest } from '../../trust/attestation.ts';
import { BROKEN, type Case, HONEST } from '../../trust/attestation-rules.fixture.ts';
import { NOW_S } from '../../trust/federation.fixture.ts';
import type { JsonObject } from '../../trust/strict-json.ts';
import { TurnSigner } from '../../trust/turn-signer.ts';
import { verifyAttestation } from '../../trust/verify-attestation.ts';
import { oneOf, type Random } from './random.ts';
import { type FuzzReport, type FuzzRun, type Judged, runCases } from './report.ts';

type Said = Case['said'];

/** An attestation under a good signature, with the statement behind it. */
interface Made {
  readonly said: Said;
  readonly stated: Exclude<Case['stated'], undefined>;
  readonly shown: boolean;
}

/**
 * Has a gateway in good standing sign, in either form, what honest gateways say, what breaks one rule, and anything at all. A finding is
 * an honest one that is refused, a broken one that is refused under another rule's name, or one of any kind that is
 * accepted and lets somebody pass, or holds somebody up, without what that needs.
 */
export async function fuzzAttestations(run: FuzzRun): Promise<FuzzReport> {
  const world = await makeWorld();
  return await runCases(
    run,
    async (random) => await oneOf(random, [tryHonest, tryBroken, tryAny, tryAny])(world, random),
  );
}

async function tryHonest(world: World, random: Random): Promise<Judged> {
  const one = oneOf(random, HONEST);
  const heard = await hear(world, withNoise(madeOf(one), random), oneOf(random, EVERY_FORM));
  return { outcome: `honest: ${heard.code}`, finding: heard.code === 'verified' ? null : `${one.name}: ${heard.code}` };
}

async function tryBroken(world: World, random: Random): Promise<Judged> {
  const one = oneOf(random, BROKEN);
  const heard = await hear(world, withNoise(madeOf(one), random), oneOf(random, EVERY_FORM));
  const finding = heard.code === one.rule ? null : `${one.name}: ${heard.code} in place of ${one.rule}`;
  return { outcome: `broken: ${heard.code}`, finding };
}

async function tryAny(world: World, random: Random): Promise<Judged> {
  const made = anything(random);
  const heard = await hear(world, made, oneOf(random, EVERY_FORM));
  const fault = heard.claims === null ? null : baseless(heard.claims, made);
  const finding = fault === null ? null : `${fault}: ${JSON.stringify(made)}`;
  return { outcome: `any: ${heard.claims === null ? 'refused' : heard.claims.decision}`, finding };
}

function madeOf({ said, stated = {}, shown }: Case): Made {
  return { said, stated, shown };
}

/** Claims that no rule looks at are as the gateway likes. */
function withNoise({ said, ...made }: Made, random: Random): Made {
  const noise = { mandate: `m-${random(1_000)}`, policy: `p@${random(9)}`, jti: `${1e15 + random(1e9)}0` };
  return { ...made, said: { ...noise, ...said } };
}

async function hear(world: World, { said, stated, shown }: Made, form: TokenForm) {
  const isUnsigned = said.assurance === 'transport';
  const statement = undisclosed(await makeStatement(world, stated));
  const evidence = isUnsigned ? [] : [statement];
  // Undefined takes the claim away; a case that names none binds what is there.
  const bound = 'evidence' in said ? said.evidence : evidenceDigest([statement]);
  const { evidence: _bound, ...others } = said;
  const claims = await sayOf(world, [statement], { ...others, evidence: bound });
  const attestation = await signAmongOthers(world, claims, form);
  const presented = shown ? { attestation, evidence } : { attestation };
  const verified = await verifyAttestation(presented, checksOf(world));
  return verified.verified
    ? { code: 'verified', claims: verified.claims }
    : { code: verified.rule ?? verified.code, claims: null };
}

/** With a neighbour of the same turn, where the form lets them share a signature. */
async function signAmongOthers({ gateway }: World, claims: JsonObject, form: TokenForm): Promise<string> {
  const sign = new TurnSigner(() => gateway.answers.signer).signFor([form]);
  const [attestation = ''] = await Promise.all([claims, {}].map((one) => sign({ typ: ATTESTATION_TYP }, one)));
  return attestation;
}

const instant = (timeS: number) => new Date(timeS * 1000).toISOString();
const TIMES = [NOW_S - 60, NOW_S - 86_400, NOW_S + 30, NOW_S + 3_600, NOW_S / 1000, 0].map(instant);

/** What an honest gateway says, with one to three members of something else in it. */
function anything(random: Random): Made {
  const honest = madeOf(oneOf(random, HONEST));
  const other = contradictory(random);
  const members = Object.entries(other.said);
  const taken = Array.from({ length: 1 + random(3) }, () => oneOf(random, members));
  const isOtherStatement = random(3) === 0;
  return {
    said: { ...honest.said, ...Object.fromEntries(taken) },
    stated: isOtherStatement ? other.stated : honest.stated,
    shown: other.shown,
  };
}

/** Every claim that a rule looks at, each on its own. */
function contradictory(random: Random): Made {
  const reasons = keysOf(REASONS);
  const assurance = oneOf(random, ['province-signed', 'province-signed', 'node-signed', 'transport'] as const);
  const status = oneOf(random, ['green', 'yellow', 'red', 'indeterminate'] as const);
  const time = oneOf(random, [...TIMES, null]);
  const isAsItIs = random(4) > 0;
  const colour = status === 'yellow' ? ('yellow_ground' as const) : ('red_ground' as const);
  const said: Said = {
    status,
    assurance,
    decision: oneOf(random, ['pass', 'restrict', 'refer'] as const),
    reasons: oneOf(random, [
      ['ok'],
      [colour],
      [oneOf(random, reasons)],
      [oneOf(random, reasons), oneOf(random, reasons)],
    ]),
    status_as_of: time,
    stale: random(4) === 0,
    provenance: oneOf(random, [null, null, 'signed', 'stated', 'absent', 'violated'] as const),
    adapter: oneOf(random, ['410000@1.0.0#0', '410000@1.0.0#0', '410000@1.0.0#0 by node', '310000@1.0.0#0']),
    iat: NOW_S - 5,
    exp: NOW_S - 5 + oneOf(random, [ATTESTATION_LIFETIME_S, ATTESTATION_LIFETIME_S, ATTESTATION_LIFETIME_S + 1]),
    ...(random(2) === 0 && assurance === 'transport' ? { evidence: undefined } : {}),
    ...(random(6) === 0 ? { withheld: true as const } : {}),
  };
  const stated = {
    status: isAsItIs ? status : oneOf(random, ['green', 'red', 'indeterminate'] as const),
    status_as_of: isAsItIs ? time : oneOf(random, [...TIMES, null]),
  };
  return { said, stated, shown: random(3) > 0 };
}

/** What nobody may be let in or held up without, in words of its own; null where there is all of it. */
function baseless(claims: AttestationClaims, { stated, shown }: Made): string | null {
  const { decision, status, status_as_of, provenance, reasons, stale, assurance, evidence, withheld, iat, exp } =
    claims;
  const has = (reason: AttestationClaims['reasons'][number]) => reasons.includes(reason);
  if (exp - iat > 300) return 'it lives too long';
  if ((assurance === 'transport') !== (evidence === undefined)) return 'its evidence is not bound as it is assured';
  if (shown && assurance !== 'transport' && withheld !== true && (stated.status ?? 'green') !== status) {
    return 'the statement in hand says another status';
  }
  if (status !== 'indeterminate' && (status_as_of === null || !isPossibleAsOf(Date.parse(status_as_of) / 1000, iat))) {
    return 'a colour of no time';
  }
  switch (decision) {
    case 'pass':
      if (status !== 'green') return 'somebody passes without a green';
      if (has('too_old') || has('popup') || has('unmapped_value') || provenance !== null)
        return 'a doubtful green passes';
      return has('issuer_unavailable') ? 'somebody passes though nobody answered' : null;
    case 'restrict':
      if (status !== 'red' && status !== 'yellow') return 'somebody is held up without a colour';
      if (provenance !== 'signed' && provenance !== 'stated') return 'somebody is held up without substantiation';
      return stale || withheld === true ? 'somebody is held up by what is old, or nobody may see' : null;
    case 'refer':
      return status === 'red' || status === 'yellow' ? 'a colour is shown that is not acted upon' : null;
  }
}
