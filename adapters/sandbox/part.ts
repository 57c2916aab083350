import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadProvinces } from '../provinces/index.ts';
import { startControlServer } from './control-server.ts';
import { FEDERATION_PATH, fetchedFrom } from './federation-document.ts';
import { loadOrCreateKey } from './keys.ts';
import type { Listening } from './listen.ts';
import type { ServerReady, StartPart, StartServer, StartSystem, SystemReady } from './part-protocol.ts';
import { startProvider } from './provider.ts';
import { refersBeyond } from './record-template.ts';
import { startProvince } from './start-province.ts';
import { announcedServer } from './venue-server.ts';

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
  const control = await startControlServer({
    provinces: new Map([[province, started]]),
    venues: [],
    addSystem: null,
    submitted: new Map(),
    nowMs,
  });
  const { origin, token } = control;
  return { type: 'ready', part: 'system', upstream: started.announced, control: { origin, token } };
}

async function startServer({ servers, dataDir, listening }: StartServer): Promise<ServerReady> {
  const nodes = new Map(servers.map(({ province, node }) => [province, node]));
  const provider = await startProvider({
    servers: servers.map(({ province, venues }) => ({
      province,
      issuer: null,
      key: loadOrCreateKey(join(dataDir, province, 'signing.jwk')),
      venues: venues.map(({ purposes: [first, ...more], ...venue }) => {
        if (first === undefined) throw new Error(`${venue.venue} has no purpose`);
        return { ...venue, purposes: [first, ...more] as const };
      }),
    })),
    registryPage: null,
    configuration: ({ issuer, province }) => fetchedFrom(configurationUrl(nodes.get(province) ?? '', issuer)),
    listening: listeningOf(listening),
  });
  const announced = provider.servers.map(announcedServer);
  return { type: 'ready', part: 'authorization-server', servers: announced, venues: [...provider.venues] };
}

/** Where a node shows the configuration of a server whose federation keys it keeps. */
function configurationUrl(node: string, issuer: string): string {
  return `${node}/authorization-server${FEDERATION_PATH}?${new URLSearchParams({ sub: issuer })}`;
}

function listeningOf({ address, port, certFile, keyFile }: StartPart['listening']): Listening {
  return { address, port, tls: { certPem: readFileSync(certFile, 'utf8'), keyPem: readFileSync(keyFile, 'utf8') } };
}
