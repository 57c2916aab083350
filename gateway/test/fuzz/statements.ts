import { isDeepStrictEqual } from 'node:util';
import { readScenarios } from '../../../adapters/conformance/scenario-reading.ts';
import type { Translation } from '../../../adapters/translate.ts';
import type { Manifest } from '../../../schemas/manifest.ts';
import { createMetrics } from '../../coverage/metrics.ts';
import { signStatement } from '../../issuing/sign-statement.ts';
import { makeKey } from '../../trust/federation.fixture.ts';
import { plainly } from '../../trust/signer.ts';
import { type AssureContext, assureStatement } from '../../verification/assure-statement.ts';
import { subjectOf } from '../../verification/subject.fixture.ts';
import { NOW_MS } from './asked-systems.ts';
import { alterText, oneOf, type Random } from './random.ts';
import { type FuzzReport, type FuzzRun, type Judged, runCases } from './report.ts';
import { signedBeside } from './signed-claims.ts';
import { loadSystems } from './systems.ts';

const PROVINCE = 'https://province.example';
const NOW_S = NOW_MS / 1000;

type Key = Awaited<ReturnType<typeof makeKey>>;

/**
 * Signs, for the records of every system, statements that say the same, another thing, or more than the record has a
 * place for. A finding is a statement that is shown though it differs in a member that both have, one that is refused
 * though it agrees, or one that was changed after it was signed and is believed.
 */
export async function fuzzStatements(run: FuzzRun): Promise<FuzzReport> {
  const records = loadSystems().flatMap(({ manifest, scenarios }) =>
    readScenarios(manifest, scenarios, NOW_MS).map(({ translation }) => ({ manifest, translation })),
  );
  const [key, stranger] = [await makeKey('province'), await makeKey('province')];
  const context: AssureContext = {
    issuerKeys: async () => ({ entityId: PROVINCE, jwks: { keys: [key.jwk] }, expS: NOW_S + 1_000 }),
    nodeKeys: async () => Promise.reject(new Error('nobody is asked by node here')),
    sm2Verify: () => false,
    nowMs: () => NOW_MS,
    metrics: createMetrics(),
  };
  return await runCases(
    run,
    async (random) => await tryOne(context, { key, stranger }, oneOf(random, records), random),
  );
}

interface Read {
  readonly manifest: Manifest;
  readonly translation: Translation;
}

interface Keys {
  readonly key: Key;
  readonly stranger: Key;
}

async function tryOne(context: AssureContext, keys: Keys, record: Read, random: Random): Promise<Judged> {
  const { manifest, translation } = record;
  const { claims, verdict } = signedBeside(translation.claims, manifest.reply, random);
  const signature = oneOf(random, SIGNED);
  const statement = await signature.sign(claims, keys, random);
  const assured = await assureStatement(context, subjectOf(manifest), { kind: 'found', translation, statement });
  const isShown = assured.kind === 'claims' && assured.statement === statement;
  const heard = isShown ? 'agrees' : (HEARD.get(assured.reasons.at(-1) ?? '') ?? `${assured.reasons}`);
  const isWhole = !isShown || isDeepStrictEqual(assured.claims, claims);
  const expected = signature.isGood ? verdict : 'not theirs';
  const outcome = `${signature.name}: ${heard}`;
  if (heard === expected && isWhole) return { outcome, finding: null };
  const said = `${manifest.system.id}: ${JSON.stringify(claims)} beside ${JSON.stringify(translation.claims)}`;
  return { outcome, finding: `${outcome} in place of ${expected}: ${said}` };
}

const HEARD: ReadonlyMap<string, string> = new Map([
  ['issuer_reply_invalid', 'differs'],
  ['issuer_signature_invalid', 'not theirs'],
  ['as_of_impossible', 'impossible'],
]);

interface Signature {
  readonly name: string;
  readonly isGood: boolean;
  readonly sign: (claims: Parameters<typeof signStatement>[0], keys: Keys, random: Random) => Promise<string>;
}

const TERMS = { iss: PROVINCE, iat: NOW_S, exp: NOW_S + 300 };
const good: Signature['sign'] = async (claims, { key }) => await signStatement(claims, TERMS, plainly(key.signer));

const SIGNED: readonly Signature[] = [
  ...Array.from({ length: 12 }, () => ({ name: 'signed', isGood: true, sign: good })),
  {
    name: 'signed by a stranger',
    isGood: false,
    sign: async (claims, { stranger }) => await signStatement(claims, TERMS, plainly(stranger.signer)),
  },
  {
    name: 'signed for another',
    isGood: false,
    sign: async (claims, { key }) =>
      await signStatement(claims, { ...TERMS, iss: 'https://other.example' }, plainly(key.signer)),
  },
  {
    name: 'signed too long ago',
    isGood: false,
    sign: async (claims, { key }, random) => {
      const iat = NOW_S - 400 - random(1_000_000);
      return await signStatement(claims, { ...TERMS, iat, exp: iat + 300 }, plainly(key.signer));
    },
  },
  {
    name: 'a disclosure less',
    isGood: false,
    sign: async (claims, keys, random) => {
      const parts = (await good(claims, keys, random)).split('~');
      return parts.toSpliced(1 + random(4), 1).join('~');
    },
  },
  {
    name: 'altered',
    isGood: false,
    sign: async (claims, keys, random) => {
      const statement = await good(claims, keys, random);
      const altered = alterText(statement, random);
      return altered === statement ? `${statement}A` : altered;
    },
  },
];
