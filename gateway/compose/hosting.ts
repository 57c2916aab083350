import type { ProvinceCode } from '../../schemas/code-lists/index.ts';
import type { EntityDescription } from '../authority/entity-description.ts';
import { type HostedEntity, hostEntity } from '../authority/hosted-entity.ts';
import { HostedFederation } from '../authority/hosted-federation.ts';
import { publishedRing } from '../authority/init-entity.ts';
import { TrustMarkRegister } from '../authority/trust-mark-register.ts';
import type { Places } from '../http/federation.ts';
import { pathOf } from '../http/route.ts';
import type { KeyRing } from '../keys/key-ring.ts';
import type { KeyStore } from '../keys/key-store.ts';
import type { FoldState } from '../registry/fold-state.ts';
import type { TrustMarkEntry } from '../trust/entity-claims.ts';

/** A gateway that this process answers as: whose answers it signs, and with which keys. */
export interface GatewayIdentity {
  readonly entityId: string;
  readonly province: ProvinceCode;
  readonly attestationKeys: KeyRing;
}

/** An issuer that this process answers as: of which province, and with which keys it signs statements and answers. */
export interface IssuerIdentity {
  readonly entityId: string;
  readonly province: ProvinceCode;
  readonly statementKeys: KeyRing;
}

/** The national monitor, where this process is it: what it proves itself with to the nodes whose reports it reads. */
export interface MonitorIdentity {
  readonly entityId: string;
  readonly attestationKeys: KeyRing;
}

/** An entity of this process with its key rings. */
export interface HostedParty {
  readonly description: EntityDescription;
  readonly federation: KeyRing;
  /** What it signs other things with, where this process holds that: a gateway's attestations, an issuer's statements. */
  readonly published: KeyRing | null;
}

export interface Hosting {
  readonly parties: readonly HostedParty[];
  /** Identifiers of the entities of this process. */
  readonly hosted: ReadonlySet<string>;
  readonly federation: HostedFederation;
  readonly gateways: ReadonlyMap<ProvinceCode, GatewayIdentity>;
  readonly issuers: ReadonlyMap<ProvinceCode, IssuerIdentity>;
  readonly monitor: MonitorIdentity | null;
  /** Null where the anchor is hosted elsewhere. */
  readonly trustMarks: TrustMarkRegister | null;
  readonly rings: readonly (readonly [entityId: string, ring: KeyRing])[];
}

interface Parts {
  readonly keys: KeyStore;
  readonly descriptions: readonly EntityDescription[];
  readonly folded: () => FoldState;
  readonly nowS: () => number;
  /** Whether a key of an entity here may sign: whoever vouches for the entity has to name it first. */
  readonly mayActivate: (description: EntityDescription, kid: string) => boolean;
  /** Marks of an entity whose anchor is elsewhere. */
  readonly fetchTrustMarks: (entityId: string) => Promise<readonly TrustMarkEntry[]>;
}

/** Opens the key rings of the entities that this process hosts, and what it says about them and for them. */
export async function openHosting(parts: Parts): Promise<Hosting> {
  const { folded, nowS } = parts;
  const parties = await Promise.all(parts.descriptions.map((description) => openParty(parts, description)));
  const anchor = parties.find(({ description }) => description.kind === 'anchor');
  const trustMarks =
    anchor === undefined
      ? null
      : new TrustMarkRegister(anchor.description.entity_id, anchor.federation, { folded, nowS });
  const marksOf = (entityId: string) => trustMarks?.marksOf(entityId) ?? parts.fetchTrustMarks(entityId);
  const entities = parties.map((party) => entityOf(party, folded, marksOf));
  return {
    parties,
    hosted: new Set(parties.map(({ description }) => description.entity_id)),
    federation: new HostedFederation(entities, { folded, nowS }),
    gateways: gatewaysOf(parties),
    issuers: issuersOf(parties),
    monitor: monitorOf(parties),
    trustMarks,
    rings: parties.flatMap(({ description: { entity_id }, federation, published }) =>
      [federation, published].flatMap((ring) => (ring === null ? [] : [[entity_id, ring] as const])),
    ),
  };
}

/** Where each entity answers on this host. Where nobody has the bare host as its name, the first one answers there too. */
export function federationPlaces(parties: readonly HostedParty[]): Places {
  const isServer = ({ description }: HostedParty) => description.kind === 'authorization_server';
  const idsOf = (some: readonly HostedParty[]) => some.map(({ description }) => description.entity_id);
  const originOf = (entityId: string) => new URL(entityId).origin;
  const here = idsOf(parties.filter((party) => !isServer(party)));
  const origins = new Set(here.map(originOf));
  const servers = idsOf(parties.filter(isServer));
  // A server that is named below this host is found here; the host of any other has to ask for what it shows.
  const answering = [...here, ...servers.filter((id) => origins.has(originOf(id)))];
  const entities = new Map(answering.map((id) => [pathOf(id), id]));
  const [first] = here;
  if (!entities.has('') && first !== undefined) entities.set('', first);
  return { entities, authorizationServers: new Set(servers) };
}

async function openParty({ keys, nowS, mayActivate }: Parts, description: EntityDescription): Promise<HostedParty> {
  const { owner, entity_id: entityId } = description;
  const gate = (kid: string) => mayActivate(description, kid);
  const federation = await keys.openRing(owner, 'federation', { nowS: nowS(), entityId, mayActivate: gate });
  const published = await publishedRing(description, { keys, nowS: nowS(), mayActivate: gate });
  return { description, federation, published };
}

function entityOf(
  { description, federation, published }: HostedParty,
  folded: Parts['folded'],
  marksOf: (entityId: string) => Promise<readonly TrustMarkEntry[]>,
): HostedEntity {
  const entity = hostEntity(description, { federation, published, folded });
  return description.kind === 'province' ? { ...entity, trustMarks: () => marksOf(entity.entityId) } : entity;
}

function monitorOf(parties: readonly HostedParty[]): MonitorIdentity | null {
  const [monitor] = parties.filter(({ description }) => description.kind === 'monitor');
  if (monitor === undefined || monitor.published === null) return null;
  return { entityId: monitor.description.entity_id, attestationKeys: monitor.published };
}

function gatewaysOf(parties: readonly HostedParty[]): ReadonlyMap<ProvinceCode, GatewayIdentity> {
  const gateways = new Map<ProvinceCode, GatewayIdentity>();
  for (const { description, published } of parties) {
    const { kind, province, entity_id: entityId } = description;
    if (kind === 'gateway' && published !== null && province !== undefined) {
      gateways.set(province, { entityId, province, attestationKeys: published });
    }
  }
  return gateways;
}

function issuersOf(parties: readonly HostedParty[]): ReadonlyMap<ProvinceCode, IssuerIdentity> {
  const issuers = new Map<ProvinceCode, IssuerIdentity>();
  for (const { description, published } of parties) {
    const { kind, province, entity_id: entityId } = description;
    if (kind === 'issuer' && published !== null && province !== undefined) {
      issuers.set(province, { entityId, province, statementKeys: published });
    }
  }
  return issuers;
}
