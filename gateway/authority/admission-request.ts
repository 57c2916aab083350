import { z } from 'zod';
import { levelSchema, localisedTextSchema, provinceCodeSchema, roleSchema } from '../../schemas/code-lists/index.ts';
import {
  publishedKeysSchema,
  type RegistryJwk,
  registryJwkSchema,
  subordinateKindSchema,
} from '../../schemas/registry-event.ts';
import { venueKindsSchema, venueRegionsSchema } from '../../schemas/venue-token.ts';
import { hasItsKeysVouchedFor } from '../registry/fold-published-keys.ts';
import { peekEntityStatement, signEntityStatement, verifyEntityConfiguration } from '../trust/entity-statement.ts';
import type { PublicJwk } from '../trust/public-key.ts';
import { TrustError } from '../trust/trust-error.ts';
import { admissibleKeys, listedKeys, MOST_ADMITTED_KEYS, unrevoked } from './admissible-keys.ts';
import { AuthorityError } from './authority-error.ts';
import type { EntityDescription } from './entity-description.ts';
import type { FederationKeys } from './hosted-entity.ts';

/** How long a request may lie on somebody's desk. */
const REQUEST_LIFETIME_S = 7 * 86_400;
/** The metadata type that a request alone has: what the entity asks to be. Nobody's chain ever carries it. */
const ADMISSION_REQUEST = 'admission_request';

const askedSchema = z.strictObject({
  kind: subordinateKindSchema,
  name: localisedTextSchema,
  province: provinceCodeSchema.exactOptional(),
  level: levelSchema.exactOptional(),
  role: roleSchema.exactOptional(),
  venue_kinds: venueKindsSchema.exactOptional(),
  regions: venueRegionsSchema.exactOptional(),
  /** Keys that a province will sign its registry events with. */
  registry_jwks: z.array(registryJwkSchema).min(1).max(8).exactOptional(),
  /** Keys that a gateway, an issuer or an agency signs other things with. */
  published: publishedKeysSchema.exactOptional(),
});

/** What an entity asks of its superior, in its own signed words. That its keys are its own is for a person to compare. */
export interface AdmissionRequest {
  readonly entityId: string;
  readonly superior: string;
  readonly jwks: readonly RegistryJwk[];
  readonly asked: z.infer<typeof askedSchema>;
}

/** The keys that somebody asks with: an entity's own, those that it publishes, and where it signs events, those for that. */
export interface AskingKeys {
  readonly federation: FederationKeys;
  readonly published: readonly PublicJwk[];
  readonly registryJwks: readonly RegistryJwk[] | null;
}

/** Signs a request: a self-signed entity configuration (OpenID Federation 1.0 section 3.1) that says what is asked for. */
export async function signAdmissionRequest(
  { entity_id, superior, kind, name, province, level, role, venue_kinds, regions }: EntityDescription,
  { federation, published, registryJwks }: AskingKeys,
  nowS: number,
): Promise<string> {
  if (superior === null) throw new AuthorityError('request_refused', 'the anchor has no superior to ask');
  const place = {
    ...(province === undefined ? {} : { province }),
    ...(level === undefined || role === undefined ? {} : { level, role }),
    ...(venue_kinds === undefined || regions === undefined ? {} : { venue_kinds, regions }),
    ...(kind !== 'anchor' && hasItsKeysVouchedFor(kind) ? { published: listedKeys(published, nowS) } : {}),
    ...(registryJwks === null ? {} : { registry_jwks: [...registryJwks] }),
  };
  return await signEntityStatement(
    {
      iss: entity_id,
      sub: entity_id,
      iat: nowS,
      exp: nowS + REQUEST_LIFETIME_S,
      jwks: { keys: [...federation.publicKeys] },
      metadata: { federation_entity: { organization_name: name.en }, [ADMISSION_REQUEST]: { kind, name, ...place } },
      authority_hints: [superior],
    },
    federation.signer,
  );
}

/** Reads a request after checking that it is signed with a key that it names. Throws AuthorityError `request_refused`. */
export async function readAdmissionRequest(token: string, nowS: number): Promise<AdmissionRequest> {
  try {
    const { sub } = peekEntityStatement(token).claims;
    const { claims } = await verifyEntityConfiguration(token, { entityId: sub, atS: nowS });
    const asked = askedSchema.safeParse(claims.metadata?.[ADMISSION_REQUEST]);
    const [superior, ...others] = claims.authority_hints ?? [];
    if (!asked.success || superior === undefined || others.length > 0) {
      throw new AuthorityError('request_refused', 'the configuration does not say what is asked for, and of whom');
    }
    const jwks = admissibleKeys(unrevoked(claims.jwks.keys));
    if (jwks.length > MOST_ADMITTED_KEYS) {
      throw new AuthorityError('request_refused', `at most ${MOST_ADMITTED_KEYS} keys can be admitted at once`);
    }
    return { entityId: sub, superior, jwks, asked: asked.data };
  } catch (error) {
    if (!(error instanceof TrustError)) throw error;
    throw new AuthorityError('request_refused', `the configuration is refused: ${error.code}`, { cause: error });
  }
}
