import { compileRecognisers, type Recognise } from '../../adapters/recogniser.ts';
import type { ProvinceCode } from '../../schemas/code-lists/index.ts';
import type { Mandate } from '../../schemas/mandate.ts';
import type { Manifest } from '../../schemas/manifest.ts';
import type { CompiledPolicy } from '../policy/decide.ts';
import { indexMandates, type MandateIndex } from '../policy/mandates.ts';

/** One province's adapter as registered. `digest` is base64url SHA-256 over the manifest's bytes. */
export interface RegisteredAdapter {
  readonly manifest: Manifest;
  readonly digest: string;
  readonly stage: 'active' | 'suspended';
}

/**
 * Everything that decides an answer, at one moment. Immutable: a change in the registry makes a new state, and a scan
 * under way ends on the state that it began with.
 */
export interface RegistryState {
  readonly adapters: ReadonlyMap<ProvinceCode, RegisteredAdapter>;
  readonly recognise: Recognise;
  readonly mandates: MandateIndex;
  readonly policyOf: (destination: ProvinceCode) => CompiledPolicy;
}

export interface RegistryContent {
  readonly adapters: readonly RegisteredAdapter[];
  readonly mandates: readonly Mandate[];
  readonly baseline: CompiledPolicy;
  readonly policies: ReadonlyMap<ProvinceCode, CompiledPolicy>;
}

/** Arranges the registry's content for look-ups that do not grow with the number of provinces. */
export function createRegistryState(content: RegistryContent): RegistryState {
  return {
    adapters: new Map(content.adapters.map((adapter) => [adapter.manifest.province, adapter])),
    recognise: compileRecognisers(content.adapters.map(({ manifest }) => manifest)),
    mandates: indexMandates(content.mandates),
    policyOf: (destination) => content.policies.get(destination) ?? content.baseline,
  };
}

/** What an attestation's `adapter` claim says: province, version and the start of the manifest's digest. */
export function adapterName({ manifest, digest }: RegisteredAdapter): string {
  return `${manifest.province}@${manifest.version}#${digest.slice(0, 16)}`;
}
