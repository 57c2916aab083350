import type { ProvinceCode } from '../../schemas/code-lists/index.ts';
import type { Mandate } from '../../schemas/mandate.ts';
import type { Manifest } from '../../schemas/manifest.ts';
import type { Policy } from '../../schemas/policy.ts';
import { NATIONAL_BASELINE } from '../policy/baseline.ts';
import { type CompiledPolicy, compilePolicy } from '../policy/decide.ts';
import { type Deviation, deviationsInForce, diffPolicy, type PolicyDiff } from '../policy/diff.ts';
import { activeVersion } from './fold-adapter-stage.ts';
import { mandateInForce } from './fold-mandates.ts';
import type { AdapterRecord, FoldState, MandateRecord, VersionRecord } from './fold-state.ts';
import { parseManifest } from './manifest-text.ts';
import {
  type AdapterTrial,
  createRegistryState,
  type RegisteredAdapter,
  type RegistryState,
} from './registry-state.ts';

const DAY_S = 86_400;
// A policy's object never changes, so what was worked out for it holds as long as it lives.
const compiledPolicies = new WeakMap<Policy, CompiledPolicy>();
const policyDiffs = new WeakMap<Policy, PolicyDiff>();

/** Arranges a folded state for look-ups. Policies that did not change are not compiled again. */
export function compileState(state: FoldState): RegistryState {
  return createRegistryState({
    adapters: [...state.adapters.values()].flatMap(registered),
    trials: [...state.adapters.values()].flatMap(trialOf),
    mandates: mandatesThatMatter(state),
    baseline: compiled(NATIONAL_BASELINE),
    policies: policiesInForce(state),
    ...(state.genesis === null ? {} : { salt: state.genesis }),
  });
}

/** Where a published policy is stricter than the national baseline, at `nowMs`. */
export function publishedDeviations(policy: Policy, nowMs: number): Deviation[] {
  const diff = policyDiffs.get(policy) ?? diffPolicy(policy, NATIONAL_BASELINE);
  policyDiffs.set(policy, diff);
  return deviationsInForce(policy, diff, nowMs);
}

/** The manifests in full use, as a newcomer is checked against them. */
export function manifestsInUse(state: FoldState): Manifest[] {
  return [...state.adapters.values()].flatMap(registered).map(({ manifest }) => manifest);
}

function registered(adapter: AdapterRecord): RegisteredAdapter[] {
  const stage = adapter.suspended === null ? 'active' : 'suspended';
  return asRegistered(activeVersion(adapter), stage);
}

function trialOf({ trial, versions }: AdapterRecord): AdapterTrial[] {
  if (trial === null) return [];
  const version = versions.find((known) => known.version === trial.version);
  return asRegistered(version, 'active').map((adapter) => ({ adapter, mode: trial.mode }));
}

function asRegistered(version: VersionRecord | undefined, stage: RegisteredAdapter['stage']): RegisteredAdapter[] {
  if (version === undefined) return [];
  const manifest = parseManifest(version.manifest, version.manifest_digest);
  const conformance = version.check?.passed === true ? version.check.level : null;
  return manifest === null ? [] : [{ manifest, digest: version.manifest_digest, stage, conformance }];
}

function policiesInForce(state: FoldState): Map<ProvinceCode, CompiledPolicy> {
  const policies = new Map<ProvinceCode, CompiledPolicy>();
  for (const [province, { policy }] of state.policies) {
    if (policy !== null) policies.set(province, compiled(policy));
  }
  return policies;
}

function compiled(policy: Policy): CompiledPolicy {
  const known = compiledPolicies.get(policy) ?? compilePolicy(policy);
  compiledPolicies.set(policy, known);
  return known;
}

/** Those not long ended, and the last one to end: readiness tells "lapsed" from "never was" by it. */
function mandatesThatMatter(state: FoldState): Mandate[] {
  const records = [...state.mandates.values()];
  const last = records.reduce<MandateRecord | null>((a, b) => (a === null || b.ends_ms > a.ends_ms ? b : a), null);
  const recentMs = (state.time_s - DAY_S) * 1000;
  return records.filter((record) => record === last || record.ends_ms > recentMs).map(mandateInForce);
}
