import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { keysOf, PROVINCES, type ProvinceCode } from '../../../schemas/code-lists/index.ts';
import type { Admission } from '../../../schemas/registry-event.ts';
import { admissibleKeys, listedKeys } from '../../authority/admissible-keys.ts';
import type { EntityDescription } from '../../authority/entity-description.ts';
import { initEntity } from '../../authority/init-entity.ts';
import { readConfig } from '../../compose/config.ts';
import { startNode } from '../../compose/node.ts';
import { openKeyStore } from '../../keys/key-store.ts';
import { openLogSigner, REGISTRY_OWNER } from '../../keys/log-signer.ts';
import { openHttpDoor } from '../../registry/registry-door.ts';
import { filesIn, issueCertificates } from '../../sandbox/nation/places.ts';
import type { Seat } from '../../sandbox/nation/plan.ts';
import { postLocally } from '../../sandbox/post-locally.ts';
import { trustCaFile } from '../../upstream/ca-file.ts';

/** Every province of the country, and nothing national. */
export const EVERY_PROVINCE: readonly ProvinceCode[] = keysOf(PROVINCES).filter(
  (code) => code !== '000000' && code !== '900000',
);

/** Who is who of a simulated country, each at an address of its own. */
export interface Seats {
  readonly national: Seat;
  readonly monitor: Seat;
  /** All simulated nodes, each below a path. */
  readonly nodes: Seat;
}

export function seatsIn(dir: string, port: number): Seats {
  const seat = (name: string, octet: number): Seat => {
    const address = `127.0.0.${octet}`;
    return { name, address, url: `https://${address}:${port}`, dir: join(dir, name) };
  };
  return { national: seat('national', 200), monitor: seat('monitor', 201), nodes: seat('nodes', 202) };
}

/** The authorities of the nation and of all its provinces with the registry, in this process. */
export interface NationalSide {
  readonly provinceUrl: (province: ProvinceCode) => string;
  /** A province, or the anchor, vouches for somebody below it. */
  readonly admit: (by: ProvinceCode | 'anchor', admission: Admission) => Promise<void>;
  readonly close: () => Promise<void>;
}

const NAME = { zh: '模拟', en: 'Simulated' };
const nowS = () => Math.floor(Date.now() / 1000);

/** Makes everybody's keys and certificates, starts the registry, and admits the provinces and the monitor. */
export async function startNationalSide(seats: Seats): Promise<NationalSide> {
  const { national, monitor, nodes } = seats;
  await issueCertificates([national, monitor, nodes]);
  const { caFile, certFile, keyFile, anchorFile } = filesIn(national.dir);
  trustCaFile(caFile);
  const keys = openKeyStore({ setting: null, dataDir: national.dir });
  const anchorId = `${national.url}/anchor`;
  const provinceUrl = (province: ProvinceCode) => `${national.url}/provinces/${province}`;
  const anchorDescription: EntityDescription = {
    ...{ entity_id: anchorId, kind: 'anchor', name: NAME, superior: null, owner: 'anchor' },
  };
  await initEntity(anchorDescription, { dataDir: national.dir, keys, nowS: nowS() });
  const provinces = new Map<ProvinceCode, Awaited<ReturnType<typeof initEntity>>>();
  for (const province of EVERY_PROVINCE) {
    const named = { entity_id: provinceUrl(province), kind: 'province', name: PROVINCES[province] } as const;
    const description = { ...named, superior: anchorId, owner: `p${province}`, province };
    provinces.set(province, await initEntity(description, { dataDir: national.dir, keys, nowS: nowS() }));
  }
  const anchor = await keys.openActor('anchor', anchorId);
  const { publicKeys } = await keys.openRing('anchor', 'federation', { nowS: nowS() });
  const { origin, verifierKey } = await openLogSigner(keys, REGISTRY_OWNER, `${new URL(national.url).host}/log`);
  const log = { origin, keys: [verifierKey] };
  const registry = { entity_id: anchorId, jwks: { keys: [anchor.publicJwk] }, log_keys: log.keys };
  const pinned = JSON.stringify({ entity_id: anchorId, jwks: { keys: publicKeys }, registry });
  for (const { dir } of [national, monitor]) writeFileSync(filesIn(dir).anchorFile, pinned);
  const node = await startNode(
    readConfig({
      HUREN_PORT: new URL(national.url).port,
      HUREN_HOST: national.address,
      HUREN_ENTITY_ID: national.url,
      HUREN_DATA_DIR: national.dir,
      HUREN_LOG_LEVEL: 'fatal',
      HUREN_ROLES: 'authority,registry',
      HUREN_ANCHOR_FILE: anchorFile,
      HUREN_CA_FILE: caFile,
      HUREN_TLS_CERT_FILE: certFile,
      HUREN_TLS_KEY_FILE: keyFile,
      HUREN_NETWORKS: '127.0.0.0/8',
    }),
  );
  const { registry: held } = node.node.parts.registry;
  const door = openHttpDoor({ registry: held, post: postLocally(national.url), nowS });
  const actorOf = async (by: ProvinceCode | 'anchor') =>
    by === 'anchor' ? anchor : await keys.openActor(`p${by}`, provinceUrl(by));
  const admit: NationalSide['admit'] = async (by, body) => {
    await door.submit(await actorOf(by), { kind: 'subordinate_admitted', body });
  };
  await door.submit(anchor, {
    kind: 'registry_created',
    body: { name: NAME, jwks: { keys: [anchor.publicJwk] }, log },
  });
  for (const [province, { federation }] of provinces) {
    const entity_id = provinceUrl(province);
    const name = PROVINCES[province];
    const jwks = { keys: [(await actorOf(province)).publicJwk] };
    await door.submit(anchor, {
      kind: 'entity_enrolled',
      body: { entity_id, role: 'province', province, name: { zh: name.zh, en: name.en }, jwks },
    });
    const shown = { entity_id, kind: 'province', name: { zh: name.zh, en: name.en }, province } as const;
    await admit('anchor', { ...shown, jwks: { keys: admissibleKeys(federation.publicKeys) } });
  }
  await admit('anchor', await monitorAdmission(monitor, anchorId));
  return {
    provinceUrl,
    admit,
    close: async () => {
      await node.close();
      keys.close();
    },
  };
}

/** The monitor's keys in its own directory, and what the anchor is asked to vouch for. */
async function monitorAdmission({ url, dir }: Seat, superior: string): Promise<Admission> {
  const keys = openKeyStore({ setting: null, dataDir: dir });
  const description = { entity_id: url, kind: 'monitor', name: NAME, superior, owner: 'monitor' } as const;
  const { federation, published } = await initEntity(description, { dataDir: dir, keys, nowS: nowS() });
  keys.close();
  const jwks = { keys: admissibleKeys(federation.publicKeys) };
  return { entity_id: url, kind: 'monitor', name: NAME, jwks, published: listedKeys(published, nowS()) };
}

/** What a monitor of a simulated country is set to. */
export function monitorSettings({ national, monitor }: Seats): Readonly<Record<string, string>> {
  const { caFile, anchorFile, certFile, keyFile } = filesIn(monitor.dir);
  return {
    HUREN_DATA_DIR: monitor.dir,
    HUREN_HOST: monitor.address,
    HUREN_PORT: new URL(monitor.url).port,
    HUREN_ENTITY_ID: monitor.url,
    HUREN_ROLES: 'monitor',
    HUREN_LOG_URL: national.url,
    HUREN_ANCHOR_FILE: anchorFile,
    HUREN_CA_FILE: caFile,
    HUREN_TLS_CERT_FILE: certFile,
    HUREN_TLS_KEY_FILE: keyFile,
    HUREN_NETWORKS: '127.0.0.0/8',
    HUREN_LOG_LEVEL: 'warn',
  };
}
