import { join } from 'node:path';
import type { z } from 'zod';
import type { ProvinceCode } from '../../schemas/code-lists/index.ts';
import { finishedProvinces, loadProvinces, type ProvinceFolder } from '../provinces/index.ts';
import { type SandboxProvince, startControlServer } from './control-server.ts';
import { loadOrCreateKey } from './keys.ts';
import type { ReadyMessage, SandboxUpstream, SystemRequest, startMessageSchema } from './protocol.ts';
import { startProvider } from './provider.ts';
import { SandboxError } from './sandbox-error.ts';
import { type StartedProvince, startProvince } from './start-province.ts';
import { folderOf, SubmittedSystems } from './submitted-systems.ts';
import { announcedServer } from './venue-server.ts';
import { provincesWithVenues, VENUES } from './venues.ts';

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
  const shipped = finishedProvinces().finished;
  // Whoever copies an example among the provinces has a system of that province that is registered.
  const examples = loadProvinces(EXAMPLES).filter(({ manifest: { province } }) =>
    shipped.every(({ manifest }) => manifest.province !== province),
  );
  const submitted = new SubmittedSystems(settings.dataDir);
  const played = new Set([...shipped, ...examples].map(({ manifest }) => manifest.province));
  const earlier = submitted.all().filter(({ manifest }) => !played.has(manifest.province));
  const started = await Promise.all([...shipped.map(start(true)), ...[...examples, ...earlier].map(start(false))]);
  const provinces = new Map(
    started.map((one): [ProvinceCode, SandboxProvince] => [one.upstream.manifest.province, one]),
  );
  const tokens = new Map(started.flatMap(({ codes }) => [...codes.tokens()]));
  for (const { codes } of started) codes.enter(tokens);
  const { audience, operators, servers } = settings;
  const provider = await startProvider({
    servers: provincesWithVenues().map((province) => ({
      province,
      issuer: servers[province] ?? null,
      key: loadOrCreateKey(join(keys, 'servers', province, 'signing.jwk')),
      venues: VENUES.filter(({ destination }) => destination === province).map((one) => ({
        ...one,
        resource: audience,
      })),
    })),
    registryPage: { base: audience, operators, key: loadOrCreateKey(join(keys, 'provider', 'signing.jwk')) },
    configuration: null,
  });
  // In their own order: examples use the first.
  const venues = VENUES.flatMap(({ venue }) => provider.venues.filter((one) => one.venue === venue));
  const added = new Map<ProvinceCode, SandboxUpstream>();
  const addSystem = async (system: SystemRequest) => {
    const { province } = system.manifest;
    if (played.has(province)) throw new SandboxError('body_invalid', `manifest: ${province} is simulated already`);
    const one = await start(false)(folderOf(system));
    one.codes.enter(new Map([...tokens, ...one.codes.tokens()]));
    provinces.get(province)?.upstream.close();
    provinces.set(province, one);
    added.set(province, one.announced);
    submitted.keep(system);
    return one.announced;
  };
  const control = await startControlServer({ provinces, venues, addSystem, submitted: added, nowMs });
  const { issuer, operatorClient } = provider;
  return {
    ready: {
      type: 'ready',
      provinces: announcedOf(started.filter(({ registered }) => registered)),
      unregistered: announcedOf(started.filter(({ registered }) => !registered)),
      provider: { issuer, operatorClient },
      servers: provider.servers.map(announcedServer),
      venues,
      control: { origin: control.origin, token: control.token },
    },
    close: () => {
      for (const { upstream } of provinces.values()) upstream.close();
      provider.close();
      control.close();
    },
  };
}

function announcedOf(started: readonly StartedProvince[]): ReadyMessage['provinces'] {
  return Object.fromEntries(started.map(({ upstream, announced }) => [upstream.manifest.province, announced]));
}
