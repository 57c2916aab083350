import { join } from 'node:path';
import type { z } from 'zod';
import type { ProvinceCode } from '../../schemas/code-lists/index.ts';
import { loadProvinces, type ProvinceFolder } from '../provinces/index.ts';
import { type SandboxProvince, startControlServer } from './control-server.ts';
import { FEDERATION_PATH, fetchedFrom } from './federation-document.ts';
import { loadOrCreateKey } from './keys.ts';
import type { ReadyMessage, startMessageSchema } from './protocol.ts';
import { startProvider } from './provider.ts';
import { type StartedProvince, startProvince } from './start-province.ts';
import { VENUES } from './venues.ts';

type Settings = Omit<z.output<typeof startMessageSchema>, 'type'>;

export interface Sandbox {
  readonly ready: ReadyMessage;
  readonly close: () => void;
}

/** Systems that nobody has registered yet: what a newcomer registers against a running gateway. */
const EXAMPLES = join(import.meta.dirname, '../conformance/examples');

/** Starts every simulated system, the OpenID provider and the control API on loopback ports of their own. */
export async function startSandbox(settings: Settings, nowMs: () => number): Promise<Sandbox> {
  const keys = join(settings.dataDir, 'keys', 'sandbox');
  const start = (registered: boolean) => (folder: ProvinceFolder) =>
    startProvince(folder, { keys, registered, issuer: settings.entityIds[folder.manifest.province] ?? null, nowMs });
  const shipped = loadProvinces();
  // Whoever copies an example among the provinces has a system of that province that is registered.
  const examples = loadProvinces(EXAMPLES).filter(({ manifest: { province } }) =>
    shipped.every(({ manifest }) => manifest.province !== province),
  );
  const started = await Promise.all([...shipped.map(start(true)), ...examples.map(start(false))]);
  const provinces = new Map(
    started.map((one): [ProvinceCode, SandboxProvince] => [one.upstream.manifest.province, one]),
  );
  const tokens = new Map(started.flatMap(({ codes }) => [...codes.tokens()]));
  for (const { codes } of started) codes.enter(tokens);
  const { audience, operators } = settings;
  const provider = await startProvider(loadOrCreateKey(join(keys, 'provider', 'signing.jwk')), {
    venues: VENUES.map((venue) => ({ ...venue, resource: audience })),
    registryPage: { base: audience, operators },
    // The gateway's process keeps its federation keys.
    configuration: () => fetchedFrom(`${audience}/authorization-server${FEDERATION_PATH}`),
  });
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

function announcedOf(started: readonly StartedProvince[]): ReadyMessage['provinces'] {
  return Object.fromEntries(started.map(({ upstream, announced }) => [upstream.manifest.province, announced]));
}
