import type { ReadyMessage } from '../adapters/sandbox/protocol.ts';
import { PROVINCES, type ProvinceCode } from '../schemas/code-lists/index.ts';
import type { Manifest } from '../schemas/manifest.ts';
import type { HostedEntity, SubordinateTerms } from './trust/hosted-federation.ts';
import { type KeyRing, openKeyRing } from './trust/key-ring.ts';
import { RECOGNITION_GATEWAY, STATUS_ISSUER } from './trust/trust-bundle.ts';

/** Entity identifiers in the sandbox, where one gateway's host also plays the national platform and the provinces. */
export function sandboxEntityIds(base: string) {
  return { anchor: `${base}/anchor`, province: (code: ProvinceCode) => `${base}/provinces/${code}` };
}

/** The national anchor and the provinces, each with its own keys below the data directory. Sandbox only. */
export async function sandboxEntities(
  dataDir: string,
  gatewayId: string,
  manifests: readonly Manifest[],
  ready: ReadyMessage,
  nowS: number,
): Promise<HostedEntity[]> {
  const ids = sandboxEntityIds(gatewayId);
  const provinces = await Promise.all(
    manifests.map(async ({ province }) => {
      const ring = await openKeyRing(dataDir, `sandbox/${province}`, 'federation', nowS);
      const statementKey = ready.provinces[province]?.statementKey?.jwk ?? null;
      return provinceEntity(ids.province(province), ids.anchor, province, ring, statementKey);
    }),
  );
  const anchorRing = await openKeyRing(dataDir, 'sandbox/anchor', 'federation', nowS);
  const terms = new Map<string, SubordinateTerms>([[gatewayId, gatewayTerms()]]);
  for (const { province } of manifests) terms.set(ids.province(province), provinceTerms(province));
  return [
    {
      entityId: ids.anchor,
      signer: anchorRing.signer,
      publicKeys: anchorRing.publicKeys,
      superior: null,
      terms,
      metadata: {
        federation_entity: {
          organization_name: 'National platform (sandbox)',
          federation_fetch_endpoint: `${gatewayId}/federation/fetch`,
          federation_list_endpoint: `${gatewayId}/federation/list`,
          federation_resolve_endpoint: `${gatewayId}/federation/resolve`,
          federation_historical_keys_endpoint: `${gatewayId}/federation/historical-keys`,
        },
      },
    },
    ...provinces,
  ];
}

function provinceEntity(
  entityId: string,
  superior: string,
  province: ProvinceCode,
  ring: KeyRing,
  statementKey: object | null,
): HostedEntity {
  const organization_name = `${PROVINCES[province].en} (sandbox)`;
  return {
    entityId,
    signer: ring.signer,
    publicKeys: ring.publicKeys,
    superior,
    terms: new Map(),
    metadata: {
      federation_entity: { organization_name },
      // A plain API signs nothing, so its province is no issuer of statements.
      ...(statementKey === null ? {} : { [STATUS_ISSUER]: { province, jwks: { keys: [statementKey] } } }),
    },
  };
}

/** A province speaks for itself alone: the anchor fixes which one it is. */
function provinceTerms(province: ProvinceCode): SubordinateTerms {
  return {
    metadata_policy: { [STATUS_ISSUER]: { province: { value: province } } },
    constraints: { max_path_length: 1, allowed_entity_types: [STATUS_ISSUER] },
  };
}

function gatewayTerms(): SubordinateTerms {
  return { constraints: { max_path_length: 0, allowed_entity_types: [RECOGNITION_GATEWAY] } };
}
