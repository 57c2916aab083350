import { join } from 'node:path';
import type { z } from 'zod';
import type { ProvinceCode } from '../../schemas/code-lists/index.ts';
import { loadProvinces, type ProvinceFolder } from '../provinces/index.ts';
import { ScenarioCodes } from './codes.ts';
import { type SandboxProvince, startControlServer } from './control-server.ts';
import { loadOrCreateKey } from './keys.ts';
import type { ReadyMessage, SandboxUpstream, startMessageSchema } from './protocol.ts';
import { startProvider } from './provider.ts';
import { startUpstream } from './simulated-upstream.ts';
import { openStatementSigner } from './statement-signer.ts';

type Settings = Omit<z.output<typeof startMessageSchema>, 'type'>;

export interface Sandbox {
  readonly ready: ReadyMessage;
  readonly close: () => void;
}

/** Starts every simulated system, the OpenID provider and the control API on loopback ports of their own. */
export async function startSandbox(settings: Settings, nowMs: () => number): Promise<Sandbox> {
  const keys = join(settings.dataDir, 'keys', 'sandbox');
  const provinces = new Map<ProvinceCode, SandboxProvince>();
  const announced: Partial<Record<ProvinceCode, SandboxUpstream>> = {};
  for (const folder of loadProvinces()) {
    const { province } = folder.manifest;
    const started = await startProvince(folder, keys, settings, nowMs);
    provinces.set(province, started.province);
    announced[province] = started.announced;
  }
  const provider = await startProvider(loadOrCreateKey(join(keys, 'provider', 'signing.jwk')), settings.audience);
  const control = await startControlServer({ provinces, venues: provider.venues, nowMs });
  const { issuer, tokenEndpoint, jwksUri } = provider;
  return {
    ready: {
      type: 'ready',
      provinces: announced,
      provider: { issuer, tokenEndpoint, jwksUri },
      venues: [...provider.venues],
      control: { origin: control.origin, token: control.token },
    },
    close: () => {
      for (const { upstream } of provinces.values()) upstream.close();
      provider.close();
      control.close();
    },
  };
}

async function startProvince(folder: ProvinceFolder, keys: string, settings: Settings, nowMs: () => number) {
  const { manifest, scenarios } = folder;
  const issuer = settings.entityIds[manifest.province] ?? `https://${manifest.system.id}.sandbox.invalid`;
  const key = manifest.statement === null ? null : loadOrCreateKey(join(keys, manifest.province, 'statement.jwk'));
  const upstream = await startUpstream(manifest, key && openStatementSigner(key, issuer), nowMs);
  const { origin, secrets } = upstream;
  return {
    province: { upstream, codes: new ScenarioCodes(upstream, scenarios) },
    announced: { origin, secrets: { ...secrets }, statementKey: key?.published ?? null },
  };
}
