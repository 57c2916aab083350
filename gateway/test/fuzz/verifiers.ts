import { base64url, decodeJwt } from 'jose';
import { ATTESTATION_TYP } from '../../../schemas/attestation.ts';
import { jsonOrUndefined } from '../../../schemas/json-text.ts';
import { EVERY_FORM } from '../../../schemas/token-form.ts';
import { checksOf, makeAnswer, makeWorld, type World } from '../../trust/attestation.fixture.ts';
import { makeKey, NOW_S } from '../../trust/federation.fixture.ts';
import { signHistoricalKeys } from '../../trust/historical-keys.ts';
import { keyIdentity } from '../../trust/public-key.ts';
import { type PassClaims, signPass, verifyPass } from '../../trust/recognition-pass.ts';
import type { Signer } from '../../trust/signer.ts';
import { signStatusList } from '../../trust/status-list.ts';
import { type TrustBundle, trustBundleSchema } from '../../trust/trust-bundle.ts';
import { TurnSigner } from '../../trust/turn-signer.ts';
import { verifyAttestation } from '../../trust/verify-attestation.ts';
import { alterText, oneOf, type Random } from './random.ts';
import { type FuzzReport, type FuzzRun, runCases } from './report.ts';

/** Everything that a verifier is handed about one answer and one pass. */
interface Hand {
  readonly attestation: string;
  /** The same in the other form. */
  readonly shared: string;
  readonly evidence: readonly string[];
  readonly pass: string;
  readonly statusList: string;
  readonly bundle: string;
  /** `bundle` read once, as it was before any change. */
  readonly parsed: TrustBundle;
}

/**
 * Hands the verifiers tokens, chains, evidence and bundles with something changed. A finding is an exception other than
 * a typed refusal, a case that takes too long, or a change that is accepted.
 */
export async function fuzzVerifiers(run: FuzzRun): Promise<FuzzReport> {
  const world = await makeWorld();
  const plain = await handOf(world);
  const hands = [plain, { ...plain, attestation: plain.shared, shared: plain.attestation }];
  const stranger = (await makeKey('answers')).signer;
  return await runCases(run, async (random) => {
    const hand = oneOf(random, hands);
    const outcome = await judge(world, hand, await change(hand, random, stranger));
    return { outcome, finding: outcome === 'accepted' ? outcome : null };
  });
}

async function handOf(world: World): Promise<Hand> {
  const { gateway, province, anchor } = world;
  const { attestation, evidence } = await makeAnswer(world);
  const uri = `${gateway.entityId}/v1/statuslists/0123456789abcdef01234567`;
  const claims: PassClaims = {
    iss: gateway.entityId,
    iat: NOW_S - 10,
    exp: NOW_S + 3600,
    issuer_province: '410000',
    destination: '440000',
    status_as_of: '2027-01-15T07:59:00Z',
    mandate: 'a-mandate',
    status: { status_list: { idx: 77, uri } },
  };
  const list = { issuer: gateway.entityId, uri, withdrawn: [5], nowS: NOW_S - 10 };
  const statusList = await signStatusList(list, gateway.answers.signer);
  const historical_keys: Record<string, string> = {};
  for (const party of [gateway, province]) {
    historical_keys[party.entityId] = await signHistoricalKeys(party.entityId, [], NOW_S - 10, party.signer);
  }
  const bundle = trustBundleSchema.parse({
    entity_id: anchor.entityId,
    jwks: { keys: [anchor.jwk] },
    chains: Object.fromEntries(world.chains),
    historical_keys,
    status_lists: { [uri]: statusList },
  });
  const sign = new TurnSigner(() => gateway.answers.signer).signFor(EVERY_FORM);
  const [shared = ''] = await Promise.all([1, 2].map(() => sign({ typ: ATTESTATION_TYP }, decodeJwt(attestation))));
  return {
    attestation,
    shared,
    evidence,
    pass: await signPass(claims, gateway.answers.signer),
    statusList,
    bundle: JSON.stringify(bundle),
    parsed: bundle,
  };
}

async function change(hand: Hand, random: Random, stranger: Signer): Promise<Hand> {
  const alter = (text: string) => alterToken(text, hand, random, stranger);
  switch (random(6)) {
    case 0:
      return { ...hand, attestation: await alter(hand.attestation) };
    case 1:
      return { ...hand, evidence: await alterList(hand.evidence, hand, random, stranger) };
    case 2:
      return { ...hand, pass: await alter(hand.pass) };
    case 3:
      return { ...hand, statusList: await alter(hand.statusList) };
    case 4:
      return { ...hand, bundle: alterText(hand.bundle, random) };
    default:
      return { ...hand, bundle: await alterBundle(hand, random, stranger) };
  }
}

async function alterBundle(hand: Hand, random: Random, stranger: Signer): Promise<string> {
  const bundle = hand.parsed;
  const names = Object.keys(bundle.chains);
  const name = names[random(names.length)] ?? '';
  if (random(4) === 0) {
    const historical_keys = { ...bundle.historical_keys };
    historical_keys[name] = await alterToken(historical_keys[name] ?? '', hand, random, stranger);
    return JSON.stringify({ ...bundle, historical_keys });
  }
  const chain = await alterList(bundle.chains[name] ?? [], hand, random, stranger);
  return JSON.stringify({ ...bundle, chains: { ...bundle.chains, [name]: chain } });
}

async function alterList(list: readonly string[], hand: Hand, random: Random, stranger: Signer): Promise<string[]> {
  const at = random(list.length);
  const one = list[at] ?? '';
  switch (random(6)) {
    case 0:
      return list.filter((_, index) => index !== at);
    case 1:
      return [...list, one];
    case 2:
      return list.toReversed().concat(random(2) === 0 ? [] : [one]);
    case 3:
      return list.map((text, index) => (index === at ? anyToken(hand, random) : text));
    default: {
      const altered = await alterToken(one, hand, random, stranger);
      return list.map((text, index) => (index === at ? altered : text));
    }
  }
}

async function alterToken(text: string, hand: Hand, random: Random, stranger: Signer): Promise<string> {
  const parts = text.split('.');
  switch (random(8)) {
    case 0: {
      const other = anyToken(hand, random).split('.');
      const at = random(3);
      return parts.map((part, index) => (index === at ? (other[index] ?? part) : part)).join('.');
    }
    case 1:
    case 2: {
      const at = random(2);
      return parts.map((part, index) => (index === at ? alterJson(part, random) : part)).join('.');
    }
    case 3: {
      // What an attacker can do at most: rewrite all of it and sign with a key of their own.
      const input = `${parts[0] ?? ''}.${alterJson(parts[1] ?? '', random)}`;
      const signature = await stranger.sign(new TextEncoder().encode(input));
      return `${input}.${base64url.encode(signature)}${text.endsWith('~') ? '~' : ''}`;
    }
    default:
      return alterText(text, random);
  }
}

/** The JSON inside one part, changed as text and wrapped up again. */
function alterJson(part: string, random: Random): string {
  try {
    return base64url.encode(alterText(new TextDecoder().decode(base64url.decode(part)), random));
  } catch {
    return alterText(part, random);
  }
}

function anyToken({ attestation, shared, evidence, pass, statusList, parsed }: Hand, random: Random): string {
  const { chains, historical_keys } = parsed;
  const all = [
    attestation,
    shared,
    ...evidence,
    pass,
    statusList,
    ...Object.values(chains).flat(),
    ...Object.values(historical_keys),
  ];
  return all[random(all.length)] ?? '';
}

/** The refusal's code; `same` where nothing that counts was changed; `accepted` where something was. */
async function judge(world: World, original: Hand, changed: Hand): Promise<string> {
  const bundle = original.bundle === changed.bundle ? original.parsed : readBundle(changed.bundle);
  if (bundle === null) return 'bundle_refused';
  const sources = {
    anchor: { entity_id: bundle.entity_id, jwks: bundle.jwks },
    chainOf: (id: string) => (Object.hasOwn(bundle.chains, id) ? (bundle.chains[id] ?? []) : []),
    historicalKeysOf: (id: string) => bundle.historical_keys[id] ?? null,
  };
  const isBundle = original.bundle !== changed.bundle;
  if (isBundle || original.attestation !== changed.attestation || original.evidence !== changed.evidence) {
    const answer = await verifyAttestation(changed, checksOf(world, sources));
    if (!answer.verified) return answer.code;
  }
  if (isBundle || original.pass !== changed.pass || original.statusList !== changed.statusList) {
    const checks = { ...checksOf(world, sources), statusListOf: () => changed.statusList };
    const pass = await verifyPass(changed.pass, checks);
    if (!pass.verified) return `pass ${pass.code}`;
  }
  const known = original.parsed.historical_keys;
  const isForged = Object.entries(bundle.historical_keys).some(
    ([id, token]) => Object.hasOwn(known, id) && known[id] !== token,
  );
  return counts(original) === counts(changed) && !isForged ? 'same' : 'accepted';
}

/**
 * Everything that an acceptance rests on. A bundle's spacing, its unread members and what it says of the anchor beside
 * its keys are nobody's signature: they are taken on trust with the file. Leaving out historical keys is what whoever
 * holds an older bundle does.
 */
function counts({ attestation, evidence, pass, statusList, bundle }: Hand): string {
  const read = readBundle(bundle);
  const keys = read?.jwks.keys.map((key) => [key.kid, keyIdentity(key)]);
  return JSON.stringify([attestation, evidence, pass, statusList, read?.entity_id, keys, read?.chains]);
}

function readBundle(text: string): TrustBundle | null {
  return trustBundleSchema.safeParse(jsonOrUndefined(text)).data ?? null;
}
