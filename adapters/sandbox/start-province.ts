import { join } from 'node:path';
import type { ProvinceCode } from '../../schemas/code-lists/index.ts';
import type { ProvinceFolder } from '../provinces/index.ts';
import { openAgencies } from './agencies.ts';
import { ScenarioCodes } from './codes.ts';
import type { SandboxProvince } from './control-server.ts';
import { loadOrCreateKey, type SandboxKey } from './keys.ts';
import type { Listening } from './listen.ts';
import type { SandboxUpstream } from './protocol.ts';
import { startUpstream } from './simulated-upstream.ts';
import { StatementKeys } from './statement-keys.ts';
import { openStatementSigner } from './statement-signer.ts';

/** A simulated system that listens, with what its gateway is told of it. */
export interface StartedProvince extends SandboxProvince {
  readonly announced: SandboxUpstream;
}

interface ProvinceParts {
  /** The folder below which the system keeps its own keys. */
  readonly keys: string;
  readonly registered: boolean;
  /** Who its statements say that they are from; null: an address where nobody is. */
  readonly issuer: string | null;
  readonly nowMs: () => number;
  readonly listening?: Listening;
}

/** Provinces that sign with the state algorithms (SM2, SM3) here, so that a gateway's other branch is used as well. */
const SIGN_WITH_SM2: ReadonlySet<ProvinceCode> = new Set(['520000']);

/** Starts the stand-in of one province's system, with its keys and its codes. */
export async function startProvince(
  { manifest, scenarios }: ProvinceFolder,
  { keys, registered, issuer, nowMs, listening = {} }: ProvinceParts,
): Promise<StartedProvince> {
  const folder = join(keys, manifest.province);
  const curve = SIGN_WITH_SM2.has(manifest.province) ? 'SM2' : 'P-256';
  const entityId = issuer ?? `https://${manifest.system.id}.sandbox.invalid`;
  const nowS = () => Math.floor(nowMs() / 1000);
  const statementKeys =
    manifest.statement === null ? null : new StatementKeys(join(folder, 'statement-keys.json'), curve, nowS);
  const signer = statementKeys && openStatementSigner(() => statementKeys.active, entityId);
  const agencies = openAgencies(manifest, (name) => loadOrCreateKey(join(folder, 'agencies', `${name}.jwk`)), nowMs);
  const publishingKey = () => publishingKeyOf(keys, manifest.province);
  const settings = { manifest, signer, agencies, codeCurve: curve, publishingKey, nowMs, listening } as const;
  const upstream = await startUpstream(settings);
  const announced = {
    origin: upstream.origin,
    secrets: { ...upstream.wire.secrets },
    statementKey: statementKeys?.active.published ?? null,
    statementKeys: statementKeys?.published ?? [],
    agencyKeys: [...agencies.published],
  };
  return { upstream, codes: new ScenarioCodes(upstream, scenarios), registered, statementKeys, announced };
}

/** The key with which a system signs what it publishes, below the folder of its keys: made where there is none yet. */
export function publishingKeyOf(keys: string, province: ProvinceCode): SandboxKey {
  return loadOrCreateKey(join(keys, province, 'publishing.jwk'));
}
