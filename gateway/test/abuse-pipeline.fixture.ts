import { randomUUID } from 'node:crypto';
import { loadProvinces } from '../../adapters/provinces/index.ts';
import { makeKey as makeStatementKey } from '../../adapters/sandbox/keys.ts';
import { mintText } from '../../adapters/sandbox/mint.ts';
import { openStatementSigner } from '../../adapters/sandbox/statement-signer.ts';
import { UpstreamError } from '../../adapters/upstream-error.ts';
import { levelSchema, type ProvinceCode, roleSchema } from '../../schemas/code-lists/index.ts';
import type { Manifest } from '../../schemas/manifest.ts';
import type { Approval, StatusClaims } from '../../schemas/statement.ts';
import { LoadGauge } from '../access/load-gauge.ts';
import { openCache } from '../cache/open-cache.ts';
import type { StatementCache } from '../cache/statement-cache.ts';
import { CoverageCounter } from '../coverage/coverage-counter.ts';
import { createMetrics } from '../coverage/metrics.ts';
import { Signals } from '../coverage/signals.ts';
import { NATIONAL_BASELINE } from '../policy/baseline.ts';
import { type CompiledPolicy, compilePolicy } from '../policy/decide.ts';
import type { SubstantiationInput } from '../provenance/substantiate.ts';
import { createRegistryState } from '../registry/registry-state.ts';
import { sandboxMandates } from '../sandbox/mandates.ts';
import { APPROVAL_TYP } from '../trust/approval.ts';
import type { Agency } from '../trust/entity-resolver.ts';
import { makeKey } from '../trust/federation.fixture.ts';
import type { KnownAgencies } from '../trust/province-trust.ts';
import { publicJwkSchema } from '../trust/public-key.ts';
import { type Signer, signCompact } from '../trust/signer.ts';
import { TurnSigner } from '../trust/turn-signer.ts';
import { AnswerTimes } from '../upstream/answer-times.ts';
import { SingleFlight } from '../upstream/single-flight.ts';
import type { VerificationContext } from '../verification/verification-context.ts';

/** The whole pipeline with real signatures, cache and registry, over provinces that answer what a test says. */

const MANIFESTS = new Map(loadProvinces().map(({ manifest }) => [manifest.province, manifest]));
export const ISSUER = 'https://province.example';

/** What all scans of a test share: a cache takes longer to make than a scan. */
export interface Keys {
  readonly clock: { nowMs: number };
  readonly cache: StatementCache;
  readonly gateway: Signer;
  readonly agencies: readonly Agency[];
  readonly agency: Signer;
  readonly stranger: Signer;
  readonly statement: ReturnType<typeof makeStatementKey>;
}

/** One key for every agency: which of them may sign what is the trust room's own business. */
export async function makeKeys(): Promise<Keys> {
  const clock = { nowMs: 0 };
  const nowMs = () => clock.nowMs;
  const { cache } = openCache({ redis: null, secret: null, nowMs, count: IGNORE, onInvalidated: IGNORE });
  const [gateway, agency, stranger] = await Promise.all([makeKey('gateway'), makeKey('agency'), makeKey('agency')]);
  const agencies = [...levelSchema.values].flatMap((level) =>
    [...roleSchema.values].map((role) => ({ entityId: `${ISSUER}/${level}-${role}`, level, role, keys: [agency.jwk] })),
  );
  return {
    clock,
    cache,
    gateway: gateway.signer,
    agencies,
    agency: agency.signer,
    stranger: stranger.signer,
    statement: makeStatementKey('P-256'),
  };
}

/** One province's answer as a test wants it, with the signatures that it asks for made for real. */
export interface Answering {
  readonly province: ProvinceCode;
  readonly input: SubstantiationInput;
  readonly claims: StatusClaims;
}

export async function realise(keys: Keys, input: SubstantiationInput, over: Partial<StatusClaims>): Promise<Answering> {
  const claims = { ...input.claims, ...over };
  const approvals: Approval[] = [];
  for (const { verified, ...step } of input.approvals) {
    const said = {
      level: step.level,
      role: step.role,
      action: step.action,
      handle: claims.handle,
      status: claims.status,
    };
    const signer = verified === 'valid' ? keys.agency : keys.stranger;
    const signature = await signCompact({ typ: APPROVAL_TYP }, said, signer);
    approvals.push(verified === 'unsigned' ? step : { ...step, signature });
  }
  const provenance =
    claims.provenance === null ? null : { ...claims.provenance, approvals, origin: freshOrigin(claims) };
  return { province: input.province, input, claims: { ...claims, provenance } };
}

/** A reference of its own for every scan: they share a cache. */
function freshOrigin({ provenance }: StatusClaims) {
  const origin = provenance?.origin ?? null;
  return origin === null ? null : { ...origin, reference: origin.reference === null ? null : randomUUID() };
}

interface World {
  readonly keys: Keys;
  readonly answering: readonly Answering[];
  readonly policy: CompiledPolicy;
  readonly isDown: () => boolean;
  /** Every one of them unless it says otherwise. */
  readonly agencies?: KnownAgencies;
}

/** A pipeline in which each of the given provinces gives its one answer, whatever it is asked about. */
export function openPipeline(world: World): { readonly context: VerificationContext; readonly code: string } {
  const { keys, answering, policy, isDown, agencies = { agencies: keys.agencies, outOfReach: [] } } = world;
  const manifests = answering.map(({ province, input }) => ({ ...manifestOf(province), authority: input.model }));
  const [manifest] = manifests;
  if (manifest === undefined) throw new Error('nobody to ask');
  const { province, system } = manifest;
  const token = randomUUID();
  const nowMs = () => keys.clock.nowMs;
  const state = {
    ...createRegistryState({
      adapters: manifests.map((manifest) => ({
        manifest,
        digest: 'd'.repeat(43),
        stage: 'active' as const,
        conformance: null,
      })),
      mandates: sandboxMandates(nowMs(), 'https://anchor.example', []),
      baseline: BASELINE,
      policies: new Map([['440000', policy]]),
    }),
    recognise: () => ({ province, system: system.id, manifest, token, code: token }),
  };
  const sign = openStatementSigner(() => keys.statement, ISSUER);
  const jwks = { keys: [publicJwkSchema.parse(keys.statement.published.jwk)] };
  const context: VerificationContext = {
    gatewayOf: () => ({
      entityId: 'https://gateway.example',
      signer: () => keys.gateway,
      signFor: new TurnSigner(() => keys.gateway).signFor,
    }),
    anyGateway: () => null,
    registry: () => state,
    ask: async (adapter) => {
      const asked = answering.find((one) => one.province === adapter.manifest.province);
      if (asked === undefined || isDown()) throw new UpstreamError('reset', 'away');
      const { claims, input } = asked;
      const statement = input.statementSigned ? await sign(claims, nowMs()) : null;
      const translation = { claims, localGroundOnly: input.localGroundOnly === true, reasons: [], unmapped: [] };
      return { kind: 'found', translation, statement };
    },
    cache: keys.cache,
    flights: new SingleFlight(),
    answerTimes: new AnswerTimes(),
    provinceLimit: { take: () => null },
    load: new LoadGauge(IGNORE),
    issuerKeys: async () => ({ entityId: ISSUER, jwks, expS: 4_102_444_800 }),
    nodeKeys: async () => Promise.reject(new Error('nobody is asked by node here')),
    agencies: async () => agencies,
    sm2Verify: () => false,
    nowMs,
    newId: randomUUID,
    metrics: METRICS,
    coverage: new CoverageCounter(),
    signals: new Signals(nowMs(), { onCount: IGNORE, onChange: IGNORE }),
    unknownCodes: { note: () => false },
  };
  return { context, code: mintText('SANDBOX{hex32}') };
}

const IGNORE = () => undefined;
const METRICS = createMetrics();
const BASELINE = compilePolicy(NATIONAL_BASELINE);

function manifestOf(province: ProvinceCode): Manifest {
  const manifest = MANIFESTS.get(province);
  if (manifest === undefined) throw new Error(`no manifest of ${province}`);
  return manifest;
}
