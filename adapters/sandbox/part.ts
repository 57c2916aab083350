import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadProvinces } from '../provinces/index.ts';
import { startControlServer } from './control-server.ts';
import type { FederationDocument } from './federation-document.ts';
import { loadOrCreateKey } from './keys.ts';
import type { Listening } from './listen.ts';
import type { ServerReady, StartPart, StartServer, StartSystem, SystemReady } from './part-protocol.ts';
import { startProvider } from './provider.ts';
import { refersBeyond } from './record-template.ts';
import { startProvince } from './start-province.ts';

/** Starts one part of a nation and says where it is. */
export async function startPart(settings: StartPart, nowMs: () => number): Promise<SystemReady | ServerReady> {
  return settings.part === 'system' ? await startSystem(settings, nowMs) : await startServer(settings);
}

/** One province's system, without the scenarios that name a holder of another province's: nobody else is here. */
async function startSystem(settings: StartSystem, nowMs: () => number): Promise<SystemReady> {
  const { province, issuer, dataDir, listening } = settings;
  const folder = loadProvinces().find(({ manifest }) => manifest.province === province);
  if (folder === undefined) throw new Error(`no system of ${province} is known`);
  const { scenarios } = folder;
  const own = scenarios.scenarios.filter(({ record }) => !refersBeyond(province, record));
  const started = await startProvince(
    { ...folder, scenarios: { ...scenarios, scenarios: own } },
    {
      keys: join(dataDir, 'keys'),
      registered: true,
      issuer,
      nowMs,
      listening: listeningOf(listening),
    },
  );
  started.codes.enter(new Map(started.codes.tokens()));
  const control = await startControlServer({ provinces: new Map([[province, started]]), venues: [], nowMs });
  const { origin, token } = control;
  return { type: 'ready', part: 'system', upstream: started.announced, control: { origin, token } };
}

async function startServer({ venues, configurationFile, dataDir, listening }: StartServer): Promise<ServerReady> {
  const provider = await startProvider(loadOrCreateKey(join(dataDir, 'keys', 'provider', 'signing.jwk')), {
    venues: venues.map(({ purposes: [first, ...more], ...venue }) => {
      if (first === undefined) throw new Error(`${venue.venue} has no purpose`);
      return { ...venue, purposes: [first, ...more] as const };
    }),
    registryPage: null,
    configuration: async () => configurationIn(configurationFile),
    listening: listeningOf(listening),
  });
  const { issuer, tokenEndpoint, jwksUri } = provider;
  return { type: 'ready', part: 'authorization-server', issuer, tokenEndpoint, jwksUri, venues: [...provider.venues] };
}

function configurationIn(file: string): FederationDocument {
  return { status: 200, type: 'application/entity-statement+jwt', text: readFileSync(file, 'utf8').trim() };
}

function listeningOf({ address, port, certFile, keyFile }: StartPart['listening']): Listening {
  return { address, port, tls: { certPem: readFileSync(certFile, 'utf8'), keyPem: readFileSync(keyFile, 'utf8') } };
}
