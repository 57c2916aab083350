import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { VenueEntry } from '../../../adapters/sandbox/venues.ts';
import { ABROAD, type ProvinceCode } from '../../../schemas/code-lists/index.ts';
import { folderOf, provincesInOrder, venueOf } from './provinces.ts';

/** A party of the nation: where it answers, and the one directory that is its own. */
export interface Seat {
  /** `national/registry`, `410000/issuer`, … */
  readonly name: string;
  readonly address: string;
  /** Its entity identifier as well. */
  readonly url: string;
  readonly dir: string;
}

/** Somebody who signs, and runs nothing. */
export interface Person {
  readonly name: string;
  readonly entityId: string;
  readonly dir: string;
}

/** Whoever has a system registered: a province, or who stands for the issuers abroad. */
export interface IssuingPlan {
  readonly code: ProvinceCode;
  /** The folder of its system's shipped adapter, and the version there. */
  readonly adapter: { readonly folder: string; readonly version: string };
  readonly authority: Seat;
  readonly issuer: Seat;
  readonly system: Seat;
}

export interface ProvincePlan extends IssuingPlan {
  readonly destination: Seat;
  readonly venue: VenueEntry;
  /** A client that the province's authorization server has registered in another province's region, by mistake or not. */
  readonly stray: VenueEntry;
}

export interface NationPlan {
  readonly dir: string;
  readonly port: number;
  readonly authority: Seat;
  readonly registry: Seat;
  readonly monitor: Seat;
  /** Where a drill plays a second registry that passes itself off for the first one. */
  readonly twin: Seat;
  /** The provinces' authorization servers for their venues, on one host. */
  readonly server: Seat;
  readonly operators: readonly [Person, Person];
  readonly provinces: readonly ProvincePlan[];
  /** Certificates that travellers bring along: one node is authority and issuer, and nobody is a destination there. */
  readonly abroad: IssuingPlan;
}

/** A province has four addresses from 127.0.0.10 on. */
const FIRST_PROVINCE_AT = 10;
const ADAPTERS = join(import.meta.dirname, '../../../adapters/provinces');

/** The addresses that a nation listens on. */
export function addressesOf(nodes: number): string[] {
  const last = FIRST_PROVINCE_AT + 4 * nodes;
  const provincial = Array.from({ length: last - FIRST_PROVINCE_AT }, (_, at) => FIRST_PROVINCE_AT + at);
  return [2, 3, 4, 5, 6, 7, 8, ...provincial].map((octet) => `127.0.0.${octet}`);
}

/** Who is who, and where. Every party is on one port, so that its address alone tells it from the others. */
export function planNation(nodes: number, dir: string, port: number): NationPlan {
  const seat = (name: string, octet: number): Seat => {
    const address = `127.0.0.${octet}`;
    return { name, address, url: `https://${address}:${port}`, dir: join(dir, name) };
  };
  const authority = seat('national/authority', 2);
  const person = (name: string): Person => ({
    name,
    entityId: `${authority.url}/operators/${name}`,
    dir: join(dir, 'national', name),
  });
  return {
    dir,
    port,
    authority,
    registry: seat('national/registry', 3),
    monitor: seat('national/monitor', 4),
    server: seat('venues/authorization-server', 5),
    twin: seat('national/registry-twin', 6),
    operators: [person('operator-a'), person('operator-b')],
    abroad: planAbroad(seat),
    provinces: provincesInOrder()
      .slice(0, nodes)
      .map(({ manifest: { province, version } }, at, played): ProvincePlan => {
        const octet = FIRST_PROVINCE_AT + 4 * at;
        return {
          code: province,
          adapter: { folder: adapterFolder(province), version },
          authority: seat(`${province}/authority`, octet),
          issuer: seat(`${province}/issuer`, octet + 1),
          destination: seat(`${province}/destination`, octet + 2),
          system: seat(`${province}/system`, octet + 3),
          venue: venueOf(province),
          stray: strayOf(province, played[(at + 1) % played.length]?.manifest.province ?? province),
        };
      }),
  };
}

function planAbroad(seat: (name: string, octet: number) => Seat): IssuingPlan {
  const { version } = folderOf(ABROAD).manifest;
  const authority = seat(`${ABROAD}/authority`, 7);
  return {
    code: ABROAD,
    adapter: { folder: adapterFolder(ABROAD), version },
    authority,
    issuer: { ...authority, name: `${ABROAD}/issuer`, url: `${authority.url}/issuer` },
    system: seat(`${ABROAD}/system`, 8),
  };
}

function strayOf(province: ProvinceCode, elsewhere: ProvinceCode): VenueEntry {
  return { ...venueOf(province), venue: `stray-${province}`, region: venueOf(elsewhere).region };
}

/** Every party that a process runs for. */
export function seatsOf({ authority, registry, monitor, server, twin, provinces, abroad }: NationPlan): Seat[] {
  const provincial = provinces.flatMap((one) => [one.authority, one.issuer, one.destination, one.system]);
  return [authority, registry, monitor, server, twin, abroad.authority, abroad.system, ...provincial];
}

/** The folder of a province's shipped adapter. */
export function adapterFolder(province: ProvinceCode): string {
  const name = readdirSync(ADAPTERS).find((candidate) => candidate.startsWith(`${province}-`));
  return join(ADAPTERS, name ?? province);
}
