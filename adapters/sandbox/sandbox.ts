import { join } from 'node:path';
import type { z } from 'zod';
import type { ProvinceCode } from '../../schemas/code-lists/index.ts';
import { loadProvinces, type ProvinceFolder } from '../provinces/index.ts';
import { openAgencies } from './agencies.ts';
import { ScenarioCodes } from './codes.ts';
import { type SandboxProvince, startControlServer } from './control-server.ts';
import { loadOrCreateKey } from './keys.ts';
import type { ReadyMessage, SandboxUpstream, startMessageSchema } from './protocol.ts';
import { startProvider } from './provider.ts';
import { startUpstream } from './simulated-upstream.ts';
import { StatementKeys } from './statement-keys.ts';
import { openStatementSigner } from './statement-signer.ts';

type Settings = Omit<z.output<typeof startMessageSchema>, 'type'>;

export interface Sandbox {
  readonly ready: ReadyMessage;
  readonly close: () => void;
}

/** Provinces that sign with the state algorithms (SM2, SM3) here, so that a gateway's other branch is used as well. */
const SIGN_WITH_SM2: ReadonlySet<ProvinceCode> = new Set(['520000']);

/** Systems that nobody has registered yet: what a newcomer registers against a running gateway. */
const EXAMPLES = join(import.meta.dirname, '../conformance/examples');

/** Starts every simulated system, the OpenID provider and the control API on loopback ports of their own. */
export async function startSandbox(settings: Settings, nowMs: () => number): Promise<Sandbox> {
  const keys = join(settings.dataDir, 'keys', 'sandbox');
  const start = (registered: boolean) => (folder: ProvinceFolder) =>
    startProvince(folder, { keys, registered, settings, nowMs });
  const started = await Promise.all([
    ...loadProvinces().map(start(true)),
    ...loadProvinces(EXAMPLES).map(start(false)),
  ]);
  const provinces = new Map(
    started.map((one): [ProvinceCode, SandboxProvince] => [one.upstream.manifest.province, one]),
  );
  const tokens = new Map(started.flatMap(({ codes }) => [...codes.tokens()]));
  for (const { codes } of started) codes.enter(tokens);
  const { audience, operators } = settings;
  const provider = await startProvider(loadOrCreateKey(join(keys, 'provider', 'signing.jwk')), { audience, operators });
  const control = await startControlServer({ provinces, venues: provider.venues, nowMs });
  const { issuer, tokenEndpoint, jwksUri, operatorClient } = provider;
  return {
    ready: {
      type: 'ready',
      provinces: announcedOf(started.filter(({ registered }) => registered)),
      unregistered: announcedOf(started.filter(({ registered }) => !registered)),
      provider: { issuer, tokenEndpoint, jwksUri, operatorClient },
      venues: [...provider.venues],
      control: { origin: control.origin, token: control.token },
    },
    close: () => {
      for (const { upstream } of started) upstream.close();
      provider.close();
      control.close();
    },
  };
}

interface StartedProvince extends SandboxProvince {
  readonly announced: SandboxUpstream;
}

function announcedOf(started: readonly StartedProvince[]): ReadyMessage['provinces'] {
  return Object.fromEntries(started.map(({ upstream, announced }) => [upstream.manifest.province, announced]));
}

interface ProvinceParts {
  readonly keys: string;
  readonly registered: boolean;
  readonly settings: Settings;
  readonly nowMs: () => number;
}

async function startProvince(
  { manifest, scenarios }: ProvinceFolder,
  { keys, registered, settings, nowMs }: ProvinceParts,
): Promise<StartedProvince> {
  const folder = join(keys, manifest.province);
  const curve = SIGN_WITH_SM2.has(manifest.province) ? 'SM2' : 'P-256';
  const issuer = settings.entityIds[manifest.province] ?? `https://${manifest.system.id}.sandbox.invalid`;
  const nowS = () => Math.floor(nowMs() / 1000);
  const statementKeys =
    manifest.statement === null ? null : new StatementKeys(join(folder, 'statement-keys.json'), curve, nowS);
  const signer = statementKeys && openStatementSigner(() => statementKeys.active, issuer);
  const agencies = openAgencies(manifest, (name) => loadOrCreateKey(join(folder, 'agencies', `${name}.jwk`)), nowMs);
  const upstream = await startUpstream({ manifest, signer, agencies, codeCurve: curve, nowMs });
  const announced = {
    origin: upstream.origin,
    secrets: { ...upstream.wire.secrets },
    statementKey: statementKeys?.active.published ?? null,
    statementKeys: statementKeys?.published ?? [],
    agencyKeys: [...agencies.published],
  };
  return { upstream, codes: new ScenarioCodes(upstream, scenarios), registered, statementKeys, announced };
}
