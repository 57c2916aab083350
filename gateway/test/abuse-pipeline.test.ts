import fc from 'fast-check';
import { decodeJwt } from 'jose';
import { describe, expect, test } from 'vitest';
import { attestationClaimsSchema } from '../../schemas/attestation.ts';
import type { VerificationReply } from '../../schemas/verification.ts';
import { NATIONAL_BASELINE } from '../policy/baseline.ts';
import { type CompiledPolicy, compilePolicy } from '../policy/decide.ts';
import { anyPolicy } from '../policy/policies.fixture.ts';
import { anyInput } from '../provenance/arbitraries.fixture.ts';
import { SHANXI_SUITE } from '../provenance/procedures.fixture.ts';
import { type SubstantiationInput, substantiate } from '../provenance/substantiate.ts';
import { inputFor } from '../provenance/suite.fixture.ts';
import type { KnownAgencies } from '../trust/province-trust.ts';
import { verify } from '../verification/verify.ts';
import { type Answering, type Keys, makeKeys, openPipeline, realise } from './abuse-pipeline.fixture.ts';

const START_MS = Date.parse('2026-11-05T00:00:00Z');
const HOUR_MS = 3_600_000;
/** Compiling a table takes far longer than a scan, so the arbitrary ones are made ahead; seeded, to fail again alike. */
const POLICIES = [NATIONAL_BASELINE, ...fc.sample(anyPolicy, { numRuns: 12, seed: 20220613 })].map((policy) =>
  compilePolicy({ ...policy, destination: '440000' }),
);
const VENUE = {
  issuer: 'https://venues.example',
  clientId: 'door',
  kind: 'hospital',
  region: '440100',
  destination: '440000',
} as const;

/** One scan as it happened: what the province said, whether that was in order, what the door got. */
interface Seen {
  readonly claims: Answering['claims'];
  readonly inOrder: boolean;
  readonly reply: VerificationReply;
}

/** Scans one arbitrary answer under an arbitrary policy: fresh, again from the cache, and once the province is away. */
async function scans(keys: Keys, input: SubstantiationInput, policy: CompiledPolicy, ageH: number) {
  keys.clock.nowMs = START_MS;
  let down = false;
  const over = { status_as_of: new Date(START_MS - ageH * HOUR_MS).toISOString() };
  const asked = await realise(keys, input, { ...over, handle: 'handle-0000' });
  const origin = typeof input.origin === 'object' && input.origin.province !== input.province ? input.origin : null;
  const behind = origin === null ? [] : [await realise(keys, origin, { ...over, handle: 'handle-0001' })];
  const world = { keys, answering: [asked, ...behind], policy, isDown: () => down };
  const { context, code } = openPipeline(world);
  const scan = async () => await verify(context, VENUE, { code, purpose: 'medical_visit' });
  const fresh = await scan();
  const again = await scan();
  keys.clock.nowMs += 90_000;
  down = true;
  const inOrder = ['signed', 'stated'].includes(substantiate(asPipelineSees(asked, behind)).provenance ?? '');
  return { claims: asked.claims, inOrder, fresh, again, late: await scan() };
}

/** The pipeline asks the province that the record names, once; an origin of its own is not asked. */
function asPipelineSees({ input, claims }: Answering, behind: readonly Answering[]): SubstantiationInput {
  const { origin: _origin, ...own } = input;
  const named = claims.provenance?.origin;
  if (!named?.province || named.reference === null || named.province === input.province) return { ...own, claims };
  const [answer] = behind.filter(({ province }) => province === named.province);
  if (answer === undefined) return { ...own, claims, origin: 'unavailable' };
  const { origin: _behind, ...its } = answer.input;
  return { ...own, claims, origin: { ...its, claims: answer.claims } };
}

function holds({ claims, inOrder, reply }: Seen): void {
  const isGreen = claims.status === 'green';
  if (reply.decision === 'pass') expect(isGreen).toBe(true);
  if (reply.decision === 'restrict') expect([inOrder, reply.stale]).toEqual([true, false]);
  expect(reply.remedy === null).toBe(reply.decision === 'pass');
  const attested = attestationClaimsSchema.parse(decodeJwt(reply.attestation));
  const { status, decision } = attested;
  expect({ status, decision }).toEqual({ status: reply.status, decision: reply.decision });
  if (isGreen || (inOrder && reply.decision === 'restrict')) return;
  expect(reply).toMatchObject({ status: 'indeterminate', decision: 'refer' });
  if (claims.status !== 'indeterminate') expect(reply.evidence).toEqual([]);
  expect(JSON.stringify([reply, attested])).not.toMatch(/"(red|yellow|green)"|red_ground|yellow_ground|handle-000/);
}

test('an agency that is out of reach makes a breach of its signature, or has it pass unseen', async () => {
  const keys = await makeKeys();
  keys.clock.nowMs = START_MS;
  const over = { status_as_of: new Date(START_MS - HOUR_MS).toISOString(), handle: 'handle-0002' };
  const asked = await realise(keys, inputFor(SHANXI_SUITE, {}), over);
  const seenWith = async (agencies: KnownAgencies) => {
    const world = { keys, answering: [asked], policy: compilePolicy(NATIONAL_BASELINE), isDown: () => false, agencies };
    const { context, code } = openPipeline(world);
    const { decision, provenance, reasons } = await verify(context, VENUE, { code, purpose: 'medical_visit' });
    return [decision, provenance, reasons.map((reason) => reason.code)];
  };
  const away = (kids: ReadonlySet<string> | null) => keys.agencies.map(({ level, role }) => ({ level, role, kids }));
  const [violated, unknown] = [
    ['refer', 'violated', ['unsubstantiated']],
    ['refer', null, ['issuer_unavailable']],
  ];
  expect(await seenWith({ agencies: [], outOfReach: [] })).toEqual(violated);
  for (const kids of [null, new Set(['agency'])]) {
    expect(await seenWith({ agencies: [], outOfReach: away(kids) })).toEqual(unknown);
  }
  const { agencies } = keys;
  expect(await seenWith({ agencies, outOfReach: away(null) })).toEqual(['restrict', 'signed', ['red_ground']]);
  // One that cannot have signed it, by its keys or by its part, hides nobody's forgery.
  expect(await seenWith({ agencies: [], outOfReach: away(new Set(['another'])) })).toEqual(violated);
  const steps = new Set(asked.claims.provenance?.approvals.map(({ level, role }) => `${level} ${role}`));
  const others = away(null).filter(({ level, role }) => !steps.has(`${level} ${role}`));
  expect(others.length).toBeGreaterThan(0);
  expect(await seenWith({ agencies: [], outOfReach: others })).toEqual(violated);
});

describe('the pipeline, whatever a province says and a destination publishes', () => {
  test('an unsubstantiated colour restricts somebody, is shown, or passes; a green needs provenance', async () => {
    const keys = await makeKeys();
    const counts = { restrict: 0, pass: 0, withheld: 0, stale: 0 };
    // Half of the scans under the baseline: most arbitrary tables refer everybody.
    const policies = fc.oneof(fc.constant(0), fc.nat({ max: POLICIES.length - 1 }));
    const ages = fc.oneof(fc.integer({ min: 0, max: 10 }), fc.integer({ min: 0, max: 400 }));
    await fc.assert(
      fc.asyncProperty(anyInput(), policies, ages, async (input, index, ageH) => {
        const policy = POLICIES[index];
        if (policy === undefined) throw new Error('no policy');
        const { claims, inOrder, fresh, again, late } = await scans(keys, input, policy, ageH);
        for (const reply of [fresh, again, late]) holds({ claims, inOrder, reply });
        const { decision, status, reasons, provenance } = fresh;
        expect(again).toMatchObject({ decision, status, reasons, provenance });
        if (decision === 'restrict') counts.restrict += 1;
        if (decision === 'pass') counts.pass += 1;
        if (late.stale) counts.stale += 1;
        if (fresh.reasons.some(({ code }) => code === 'unsubstantiated' || code === 'origin_contradicts'))
          counts.withheld += 1;
      }),
      { numRuns: 500 },
    );
    // A run that never met the cases would prove nothing.
    for (const times of Object.values(counts)) expect(times).toBeGreaterThan(5);
  });
});
