import { createHmac } from 'node:crypto';
import { compileRecognisers, type Recognise, type Recognition } from '../../adapters/recogniser.ts';
import { type AdapterId, adapterIdOf } from '../../schemas/adapter-id.ts';
import type { ProvinceCode } from '../../schemas/code-lists/index.ts';
import type { Mandate } from '../../schemas/mandate.ts';
import type { Manifest, Way } from '../../schemas/manifest.ts';
import type { TrialMode } from '../../schemas/registry-event.ts';
import type { CompiledPolicy } from '../policy/decide.ts';
import { indexMandates, type MandateIndex } from '../policy/mandates.ts';

/** One system's adapter as registered. `digest` is base64url SHA-256 over the manifest's bytes. */
export interface RegisteredAdapter {
  readonly manifest: Manifest;
  readonly digest: string;
  readonly stage: 'active' | 'suspended';
  /** How far this version was checked before it was used; null where the log knows of no passed check. */
  readonly conformance: 'static' | 'live' | null;
}

/** A newer version beside the active one, and how it is tried. It recognises the same codes. */
export interface AdapterTrial {
  readonly adapter: RegisteredAdapter;
  readonly mode: TrialMode;
}

/**
 * Everything that decides an answer, at one moment. Immutable: a change in the registry makes a new state, and a scan
 * under way ends on the state that it began with.
 */
export interface RegistryState {
  /** By what names a system: a province alone names its own. */
  readonly adapters: ReadonlyMap<AdapterId, RegisteredAdapter>;
  readonly trials: ReadonlyMap<AdapterId, AdapterTrial>;
  /** Provinces of which a system is registered, their own or a division's. */
  readonly provinces: ReadonlySet<ProvinceCode>;
  /** Those of which a system is suspended. */
  readonly suspended: ReadonlySet<ProvinceCode>;
  readonly recognise: Recognise;
  /** The version that answers for this token: the active one, or in a canary the one that the token's hash picks. */
  readonly adapterFor: (id: AdapterId, token: string) => RegisteredAdapter | undefined;
  /** The same of a code that was recognised, without making up its system's name. */
  readonly adapterOf: (recognised: Recognition) => RegisteredAdapter | undefined;
  readonly mandates: MandateIndex;
  readonly policyOf: (destination: ProvinceCode) => CompiledPolicy;
}

export interface RegistryContent {
  readonly adapters: readonly RegisteredAdapter[];
  readonly trials?: readonly AdapterTrial[];
  readonly mandates: readonly Mandate[];
  readonly baseline: CompiledPolicy;
  readonly policies: ReadonlyMap<ProvinceCode, CompiledPolicy>;
  /** Keys the canary's hash, so that which codes it picks differs from registry to registry. */
  readonly salt?: string;
}

/** Arranges the registry's content for look-ups that do not grow with the number of systems. */
export function createRegistryState(content: RegistryContent): RegistryState {
  const adapters = new Map(content.adapters.map((adapter) => [adapterIdOf(adapter.manifest), adapter]));
  const trials = new Map((content.trials ?? []).map((trial) => [adapterIdOf(trial.adapter.manifest), trial]));
  const salt = content.salt ?? '';
  const byManifest = new Map(content.adapters.map((adapter) => [adapter.manifest, adapter]));
  const answering = (active: RegisteredAdapter | undefined, trial: AdapterTrial | undefined, token: string) => {
    if (trial?.mode.stage !== 'canary' || active?.stage !== 'active') return active;
    return canaryBucket(salt, trial.adapter, token) < trial.mode.percent ? trial.adapter : active;
  };
  return {
    adapters,
    trials,
    provinces: new Set(content.adapters.map(({ manifest }) => manifest.province)),
    suspended: new Set(
      content.adapters.filter(({ stage }) => stage === 'suspended').map(({ manifest }) => manifest.province),
    ),
    recognise: compileRecognisers(content.adapters.map(({ manifest }) => manifest)),
    adapterFor: (id, token) => answering(adapters.get(id), trials.get(id), token),
    adapterOf: ({ manifest, token }) => {
      const active = byManifest.get(manifest);
      return answering(active, trials.size === 0 ? undefined : trials.get(adapterIdOf(manifest)), token);
    },
    mandates: indexMandates(content.mandates),
    policyOf: (destination) => content.policies.get(destination) ?? content.baseline,
  };
}

/**
 * What an attestation's `adapter` claim says: province, version and the start of the manifest's digest, which tells a
 * province's systems apart; and the way that was taken, where the manifest gives a choice.
 */
export function adapterName({ manifest, digest }: RegisteredAdapter, way: Way | null = null): string {
  const taken = manifest.route === undefined || way === null ? '' : ` by ${way}`;
  return `${manifest.province}@${manifest.version}#${digest.slice(0, 16)}${taken}`;
}

/** 0 to 99, the same for one token on every instance, and as good as chance over many. */
function canaryBucket(salt: string, { digest }: RegisteredAdapter, token: string): number {
  return createHmac('sha256', `${salt} ${digest}`).update(token).digest().readUInt32BE(0) % 100;
}
