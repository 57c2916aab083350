import type { ReadyMessage, SandboxServer, SandboxUpstream } from '../../adapters/sandbox/protocol.ts';
import { PROVINCES, type ProvinceCode, venueKindSchema } from '../../schemas/code-lists/index.ts';
import { registryJwkSchema } from '../../schemas/registry-event.ts';
import type { EntityDescription } from '../authority/entity-description.ts';
import { HOME_PROVINCE, sandboxEntityIds } from './entity-ids.ts';

const ANCHOR_NAME = { zh: '国家平台（沙箱）', en: 'National platform (sandbox)' };

/** Every entity whose keys the sandbox holds: the anchor, and provinces with what stands below them. */
export function sandboxEntities(
  base: string,
  provinces: readonly ProvinceCode[],
  ready: ReadyMessage,
): EntityDescription[] {
  const ids = sandboxEntityIds(base);
  return [
    { entity_id: ids.anchor, kind: 'anchor', name: ANCHOR_NAME, superior: null, owner: 'sandbox/anchor' },
    ...provinces.flatMap((province) => provinceEntities(base, province, ready.provinces[province])),
    ...ready.servers.map((server) => authorizationServer(base, server)),
  ];
}

/** Which venues it may vouch for: every kind, anywhere in its province. */
function authorizationServer(base: string, server: SandboxServer): EntityDescription {
  const { province, issuer, tokenEndpoint, jwk } = server;
  const { zh, en } = PROVINCES[province];
  return {
    entity_id: issuer,
    kind: 'authorization_server',
    name: { zh: `${zh}场所授权服务器（沙箱）`, en: `${en}: venues' authorization server (sandbox)` },
    superior: sandboxEntityIds(base).province(province),
    owner: `sandbox/${province}/authorization-server`,
    province,
    published_jwks: [registryJwkSchema.parse(jwk)],
    token_endpoint: tokenEndpoint,
    // No invented venue is one: a server vouches for what its province has admitted it for, here as anywhere.
    venue_kinds: [...venueKindSchema.values].filter((kind) => kind !== 'prison'),
    regions: [province.slice(0, 2)],
  };
}

function provinceEntities(base: string, province: ProvinceCode, upstream: SandboxUpstream | undefined) {
  const ids = sandboxEntityIds(base);
  const superior = ids.province(province);
  const { zh, en } = PROVINCES[province];
  const own: EntityDescription = {
    entity_id: superior,
    kind: 'province',
    name: { zh: `${zh}（沙箱）`, en: `${en} (sandbox)` },
    superior: ids.anchor,
    owner: `sandbox/${province}`,
    province,
  };
  const gateway: EntityDescription = {
    entity_id: ids.gateway(province),
    kind: 'gateway',
    name: { zh: `${zh}互认网关（沙箱）`, en: `${en} gateway (sandbox)` },
    superior,
    // The command line speaks of `gateway` where nobody says whose keys are meant.
    owner: province === HOME_PROVINCE ? 'gateway' : `sandbox/${province}/gateway`,
    province,
  };
  const issuer: EntityDescription = {
    entity_id: ids.issuer(province),
    kind: 'issuer',
    name: { zh: `${zh}签发节点（沙箱）`, en: `${en} issuer (sandbox)` },
    superior,
    owner: `sandbox/${province}/issuer`,
    province,
  };
  const agencies = (upstream?.agencyKeys ?? []).map(({ level, role, key }): EntityDescription => {
    const name = `${level}-${role}`;
    return {
      entity_id: ids.agency(province, name),
      kind: 'agency',
      name: { zh: `${zh} ${level} ${role}（沙箱）`, en: `${en}: ${level} ${role} (sandbox)` },
      superior,
      owner: `sandbox/${province}/agencies/${name.replaceAll('_', '-')}`,
      province,
      level,
      role,
      published_jwks: [registryJwkSchema.parse(key.jwk)],
    };
  });
  // What is national has no venues of its own.
  return province === NATIONAL ? [own, issuer, ...agencies] : [own, gateway, issuer, ...agencies];
}

const NATIONAL: ProvinceCode = '000000';
