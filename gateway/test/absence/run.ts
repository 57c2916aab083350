import { randomUUID } from 'node:crypto';
import { instantOf } from '../../../schemas/instant.ts';
import type { Decision } from '../../../schemas/status.ts';
import type { VerificationReply, VerificationRequest } from '../../../schemas/verification.ts';
import { KeyError } from '../../keys/key-error.ts';
import { ProblemError } from '../../problem-error.ts';
import { type CheckedAnswer, checkAnswer } from '../../trust/check-answer.ts';
import { signPass, verifyPass } from '../../trust/recognition-pass.ts';
import { TrustError } from '../../trust/trust-error.ts';
import { verify } from '../../verification/verify.ts';
import { AUDIENCE, type Federation, LIST_INDEX, spoilt } from './federation.ts';
import type { Combination } from './inputs.ts';
import { chainsOf, gatewayClockS, METRICS, openNode, signerOf, verifierClockS } from './node.ts';
import { AT_S, type Colour } from './province.ts';

/** What came of one combination. Every text is made of closed codes. */
export interface Outcome {
  /** What the gateway answered: its decision with its reasons, or the code of its refusal. */
  readonly gateway: string;
  /** What it counted against the province, by the code of the failure; empty where nothing failed there. */
  readonly counted: string;
  /** What whoever holds the answer makes of it; null where there is none to hold. */
  readonly verifier: string | null;
  /** What somebody at a door acts upon: the decision of an answer that verified. */
  readonly accepted: Decision | null;
  readonly pass: string;
  readonly passAccepted: boolean;
}

const VENUE = {
  issuer: 'https://authorization.example',
  clientId: AUDIENCE,
  kind: 'hospital',
  region: '440100',
  destination: '440000',
} as const;
const REQUEST = { purpose: 'medical_visit', nonce: 'n-1' } as const;
/** A code of its own for every run: they share a cache. */
const freshCode = () => `SMP:${randomUUID().replaceAll('-', '')}`;

/** Scans one code under the combination, verifies what came of it, and verifies a pass beside it. */
export async function run(federation: Federation, combination: Combination, colour: Colour): Promise<Outcome> {
  METRICS.upstreamErrors.reset();
  const answered = await scan(federation, combination, colour);
  const counted = (await METRICS.upstreamErrors.get()).values.map(({ labels }) => String(labels['code'])).join(', ');
  const pass = await passOutcome(federation, combination);
  const common = { counted, pass, passAccepted: pass === ACCEPTED };
  if (typeof answered === 'string') return { gateway: answered, verifier: null, accepted: null, ...common };
  const checked = await check(federation, combination, answered);
  return {
    gateway: `${answered.decision}: ${answered.reasons.map(({ code }) => code).join(', ')}`,
    verifier: checked.verified ? ACCEPTED : refusal(checked),
    accepted: checked.verified ? checked.claims.decision : null,
    ...common,
  };
}

export const ACCEPTED = 'verified';

function refusal({ code, rule }: { readonly code: string; readonly rule?: string }): string {
  return rule === undefined ? code : `${code} ${rule}`;
}

/** The gateway's reply, or the closed code that it ended with. */
async function scan(
  federation: Federation,
  combination: Combination,
  colour: Colour,
): Promise<VerificationReply | string> {
  const node = openNode(combination, federation, colour);
  const request = { ...REQUEST, code: freshCode() };
  await keepEarlierAnswer(node, combination.cache, request);
  node.clock.ms = gatewayClockS(combination.clock) * 1000;
  try {
    return await verify(node.now(), VENUE, request);
  } catch (error) {
    if (error instanceof ProblemError || error instanceof KeyError) return error.code;
    throw error;
  }
}

async function keepEarlierAnswer(
  node: ReturnType<typeof openNode>,
  cache: Combination['cache'],
  request: VerificationRequest,
): Promise<void> {
  if (cache === 'good' || cache === 'missing' || cache === 'unreachable') return;
  const agoS = cache === 'stale' ? 331 : 60;
  node.clock.ms = (AT_S - agoS) * 1000;
  const version = cache === 'wrong_signer' ? 'e'.repeat(43) : undefined;
  await verify(node.earlier(agoS, cache === 'contradictory' ? 45 : 300, version), VENUE, request);
  if (cache === 'bad') await node.withdraw();
}

/** As `huren verify` does, with a bundle and the pinned anchor. */
async function check(
  federation: Federation,
  combination: Combination,
  reply: VerificationReply,
): Promise<CheckedAnswer> {
  const { attestation, evidence } = reply;
  const handed = handedOver(evidence, federation, combination.hand);
  const answer = { attestation, evidence: handed, spoken: { ...reply, evidence: handed } };
  const { anchor, ...sources } = sourcesOf(federation, combination);
  return await checkAnswer(
    answer,
    { anchor, ...sources },
    {
      atS: verifierClockS(combination.clock),
      audience: AUDIENCE,
      nonce: REQUEST.nonce,
    },
  );
}

function handedOver(evidence: readonly string[], { others }: Federation, hand: Combination['hand']): readonly string[] {
  const [statement] = evidence;
  // Where none is shown there is none to exchange.
  if (statement === undefined) return evidence;
  switch (hand) {
    case 'bad':
      return [spoilt(statement)];
    case 'missing':
      return [];
    case 'stale':
      return [others.earlier];
    case 'wrong_signer':
      return [others.strange];
    case 'contradictory':
      return [statement, others.earlier];
    case 'good':
    case 'unreachable':
      return evidence;
  }
}

function sourcesOf(federation: Federation, combination: Combination) {
  const { anchor, gateway } = federation.world;
  return {
    anchor: { entity_id: anchor.entityId, jwks: { keys: [anchor.jwk] } },
    chainOf: async (id: string) => {
      const chains = chainsOf(combination, federation);
      return id === gateway.entityId ? chains.gateway : chains.province;
    },
    historicalKeysOf: (id: string) =>
      combination.key === 'contradictory' && id === gateway.entityId ? federation.history : null,
  };
}

async function passOutcome(federation: Federation, combination: Combination): Promise<string> {
  const { world, listUri, lists } = federation;
  const { clock, status_list } = combination;
  // Where there is no clock nobody makes a pass: this one was made before.
  const iat = clock === 'missing' ? AT_S : gatewayClockS(clock);
  const claims = {
    iss: world.gateway.entityId,
    iat,
    exp: iat + 3600,
    issuer_province: '410000',
    destination: '440000',
    status_as_of: instantOf(iat - 60),
    mandate: 'a-mandate',
    status: { status_list: { idx: LIST_INDEX, uri: listUri } },
  } as const;
  try {
    const checked = await verifyPass(await signPass(claims, signerOf(combination, federation)), {
      ...sourcesOf(federation, combination),
      atS: verifierClockS(clock),
      statusListOf: async () => {
        if (status_list === 'unreachable') throw new TrustError('fetch_failed', 'the list cannot be fetched');
        return lists.get(status_list) ?? null;
      },
    });
    return checked.verified ? ACCEPTED : refusal(checked);
  } catch (error) {
    if (error instanceof ProblemError || error instanceof KeyError) return error.code;
    throw error;
  }
}
