import type { ReadyMessage, SandboxUpstream } from '../../adapters/sandbox/protocol.ts';
import { PROVINCES, type ProvinceCode } from '../../schemas/code-lists/index.ts';
import type { Manifest } from '../../schemas/manifest.ts';
import type { HostedEntity, SubordinateTerms } from '../authority/hosted-federation.ts';
import { conformanceMarkType, TrustMarkRegister } from '../authority/trust-mark-register.ts';
import type { KeyRing } from '../keys/key-ring.ts';
import type { KeyStore } from '../keys/key-store.ts';
import { type KeyLife, keyLifeOf } from '../trust/key-lifecycle.ts';
import { ASSIGNMENT_AGENCY, AUTHORIZATION_SERVER, RECOGNITION_GATEWAY, STATUS_ISSUER } from '../trust/trust-bundle.ts';

/** Entity identifiers in the sandbox, where one gateway's host also plays the national platform and the provinces. */
export function sandboxEntityIds(base: string) {
  return {
    anchor: `${base}/anchor`,
    province: (code: ProvinceCode) => `${base}/provinces/${code}`,
    agency: (code: ProvinceCode, name: string) => `${base}/provinces/${code}/agencies/${name}`,
    auditor: `${base}/auditors/national`,
  };
}

export interface SandboxFederation {
  readonly entities: readonly HostedEntity[];
  /** Every key ring that these entities use, by entity. */
  readonly rings: ReadonlyMap<string, KeyRing>;
  readonly anchorRing: KeyRing;
  readonly trustMarks: TrustMarkRegister;
}

interface Settings {
  readonly keys: KeyStore;
  /** The gateway's entity identifier: every other one of the sandbox lies below it. */
  readonly gatewayId: string;
  readonly manifests: readonly Manifest[];
  readonly ready: ReadyMessage;
  readonly nowS: () => number;
}

/**
 * The national anchor, the provinces, the agencies below them and the venues' authorization server, each with its own
 * federation keys. Sandbox only.
 */
export async function openSandboxFederation(settings: Settings): Promise<SandboxFederation> {
  const { keys, gatewayId, manifests, ready, nowS } = settings;
  const ids = sandboxEntityIds(gatewayId);
  const rings = new Map<string, KeyRing>();
  const open = async (entityId: string, owner: string) => {
    const ring = await keys.openRing(owner, 'federation', { nowS: nowS() });
    rings.set(entityId, ring);
    return ring;
  };
  const anchorRing = await open(ids.anchor, 'sandbox/anchor');
  const trustMarks = new TrustMarkRegister(ids.anchor, anchorRing, nowS);
  const provinces = await Promise.all(
    manifests.map(({ province }) =>
      openProvince({ gatewayId, province, upstream: ready.provinces[province], trustMarks, nowS, open }),
    ),
  );
  const server = await openAuthorizationServer(ready.provider, ids.anchor, open);
  const terms = new Map<string, SubordinateTerms>([
    [gatewayId, { constraints: { max_path_length: 0, allowed_entity_types: [RECOGNITION_GATEWAY] } }],
    [server.entityId, { constraints: { max_path_length: 0, allowed_entity_types: [AUTHORIZATION_SERVER] } }],
    ...manifests.map(({ province }): [string, SubordinateTerms] => [ids.province(province), provinceTerms(province)]),
  ]);
  const anchor = anchorEntity(ids.anchor, anchorRing, terms);
  return { entities: [anchor, ...provinces.flat(), server], rings, anchorRing, trustMarks };
}

function anchorEntity(
  entityId: string,
  federationKeys: KeyRing,
  terms: ReadonlyMap<string, SubordinateTerms>,
): HostedEntity {
  const marks = [conformanceMarkType(entityId, 'static'), conformanceMarkType(entityId, 'live')];
  return {
    entityId,
    federationKeys,
    superior: null,
    terms,
    metadata: {
      federation_entity: {
        organization_name: 'National platform (sandbox)',
        ...federationEndpoints(entityId),
        federation_trust_mark_status_endpoint: `${entityId}/federation/trust-mark-status`,
      },
    },
    claims: { trust_mark_issuers: Object.fromEntries(marks.map((type) => [type, [entityId]])) },
  };
}

/** Where an entity that has subordinates answers for them (OpenID Federation 1.0 section 5.1.1). */
export function federationEndpoints(entityId: string) {
  return {
    federation_fetch_endpoint: `${entityId}/federation/fetch`,
    federation_list_endpoint: `${entityId}/federation/list`,
    federation_resolve_endpoint: `${entityId}/federation/resolve`,
    federation_historical_keys_endpoint: `${entityId}/federation/historical-keys`,
  };
}

type OpenRing = (entityId: string, owner: string) => Promise<KeyRing>;

interface ProvinceParts {
  readonly gatewayId: string;
  readonly province: ProvinceCode;
  readonly upstream: SandboxUpstream | undefined;
  readonly trustMarks: TrustMarkRegister;
  readonly nowS: () => number;
  readonly open: OpenRing;
}

/** A province and its agencies. */
async function openProvince(parts: ProvinceParts): Promise<HostedEntity[]> {
  const { gatewayId, province, upstream, trustMarks, nowS, open } = parts;
  const ids = sandboxEntityIds(gatewayId);
  const entityId = ids.province(province);
  const agencies = await Promise.all(
    (upstream?.agencyKeys ?? []).map(async (agency) => {
      const name = `${agency.level}-${agency.role}`;
      const agencyId = ids.agency(province, name);
      const ring = await open(agencyId, `sandbox/${province}/agencies/${name}`);
      return agencyEntity(agencyId, entityId, province, agency, ring, nowS());
    }),
  );
  const lives = (upstream?.statementKeys ?? []).map((record) => keyLifeOf({ ...record, expires_s: null }));
  const own: HostedEntity = {
    entityId,
    federationKeys: await open(entityId, `sandbox/${province}`),
    superior: ids.anchor,
    terms: new Map(agencies.map(({ entity, terms }) => [entity.entityId, terms])),
    trustMarks: () => trustMarks.marksOf(entityId),
    metadata: {
      federation_entity: { organization_name: `${PROVINCES[province].en} (sandbox)`, ...federationEndpoints(entityId) },
      // A plain API signs nothing, so its province is no issuer of statements.
      ...(lives.length === 0 ? {} : { [STATUS_ISSUER]: { province } }),
    },
    ...(lives.length === 0 ? {} : { published: { type: STATUS_ISSUER, lives: () => lives } }),
  };
  return [own, ...agencies.map(({ entity }) => entity)];
}

function agencyEntity(
  entityId: string,
  superior: string,
  province: ProvinceCode,
  { level, role, key }: SandboxUpstream['agencyKeys'][number],
  federationKeys: KeyRing,
  nowS: number,
): { readonly entity: HostedEntity; readonly terms: SubordinateTerms } {
  const lives = [firstLife(key.jwk, nowS)];
  return {
    entity: {
      entityId,
      federationKeys,
      superior,
      terms: new Map(),
      metadata: {
        federation_entity: { organization_name: `${PROVINCES[province].en}: ${level} ${role} (sandbox)` },
        [ASSIGNMENT_AGENCY]: { province, level, role },
      },
      published: { type: ASSIGNMENT_AGENCY, lives: () => lives },
    },
    // The province, not the agency, says which part of the procedure is the agency's.
    terms: {
      metadata_policy: { [ASSIGNMENT_AGENCY]: { level: { value: level }, role: { value: role } } },
      constraints: { max_path_length: 0, allowed_entity_types: [ASSIGNMENT_AGENCY] },
    },
  };
}

/** A province speaks for itself and its agencies alone: the anchor fixes which one it is. */
function provinceTerms(province: ProvinceCode): SubordinateTerms {
  const itself = { province: { value: province } };
  return {
    metadata_policy: { [STATUS_ISSUER]: itself, [ASSIGNMENT_AGENCY]: itself },
    constraints: { max_path_length: 1, allowed_entity_types: [STATUS_ISSUER, ASSIGNMENT_AGENCY] },
  };
}

async function openAuthorizationServer(
  provider: ReadyMessage['provider'],
  superior: string,
  open: OpenRing,
): Promise<HostedEntity> {
  const { issuer, tokenEndpoint, jwksUri } = provider;
  return {
    entityId: issuer,
    federationKeys: await open(issuer, 'sandbox/authorization-server'),
    superior,
    terms: new Map(),
    metadata: {
      federation_entity: { organization_name: "Venues' authorization server (sandbox)" },
      [AUTHORIZATION_SERVER]: {
        issuer,
        token_endpoint: tokenEndpoint,
        jwks_uri: jwksUri,
        grant_types_supported: ['client_credentials'],
      },
    },
  };
}

/** A key that a simulated province was started with: in use since before anybody asked, and for as long as it says. */
function firstLife(jwk: object, nowS: number): KeyLife {
  return keyLifeOf({
    jwk,
    state: 'active',
    announced_s: nowS,
    retired_s: null,
    revoked_s: null,
    expires_s: null,
  });
}
