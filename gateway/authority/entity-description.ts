import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { levelSchema, localisedTextSchema, provinceCodeSchema, roleSchema } from '../../schemas/code-lists/index.ts';
import { jsonOrUndefined } from '../../schemas/json-text.ts';
import { registryJwkSchema, subordinateKindSchema } from '../../schemas/registry-event.ts';
import { venueKindsSchema, venueRegionsSchema } from '../../schemas/venue-token.ts';
import { entityIdSchema } from '../trust/entity-claims.ts';
import { AuthorityError } from './authority-error.ts';

/** Whose keys and statements a node holds: an entity of its own, or one that it hosts for somebody. Nothing secret. */
export const entityDescriptionSchema = z.strictObject({
  entity_id: entityIdSchema,
  kind: z.literal(['anchor', ...subordinateKindSchema.options]),
  name: localisedTextSchema,
  /** Null for the anchor alone. */
  superior: entityIdSchema.nullable(),
  /** The owner of its rings in the key store. */
  owner: z
    .string()
    .regex(/^[a-z0-9]+([/-][a-z0-9]+)*$/)
    .max(128),
  province: provinceCodeSchema.exactOptional(),
  level: levelSchema.exactOptional(),
  role: roleSchema.exactOptional(),
  /** Keys that it signs other things with and that are kept elsewhere: an agency's, in its own office; a server's, for tokens. */
  published_jwks: z.array(registryJwkSchema).max(8).exactOptional(),
  /** Where an authorization server gives out tokens (RFC 8414); its issuer identifier is its entity identifier. */
  token_endpoint: z.url({ protocol: /^https?$/ }).exactOptional(),
  /** Where an authorization server wants to be asked about each token (RFC 7662). */
  introspection_endpoint: z.url({ protocol: /^https?$/ }).exactOptional(),
  /** Which venues an authorization server asks to vouch for: its superior decides. */
  venue_kinds: venueKindsSchema.exactOptional(),
  regions: venueRegionsSchema.exactOptional(),
});
export type EntityDescription = z.infer<typeof entityDescriptionSchema>;

const FOLDER = 'entities';

/** The entities that a data directory describes, in the order of their file names. Throws AuthorityError naming the file. */
export function readDescriptions(dataDir: string): EntityDescription[] {
  const folder = join(dataDir, FOLDER);
  return namesIn(folder).map((name) => {
    const path = join(folder, name);
    const parsed = entityDescriptionSchema.safeParse(jsonOrUndefined(readFileSync(path, 'utf8')));
    if (parsed.success) return parsed.data;
    throw new AuthorityError('description_invalid', `${path} describes no entity`);
  });
}

/** Keeps a description below the data directory, under its owner's name. */
export function writeDescription(dataDir: string, description: EntityDescription): string {
  const folder = join(dataDir, FOLDER);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, `${description.owner.replaceAll('/', '-')}.json`);
  writeFileSync(path, `${JSON.stringify(description, null, 2)}\n`, { mode: 0o600 });
  return path;
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.json'))
      .sort();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw new AuthorityError('description_invalid', `${folder} cannot be read`, { cause: error });
  }
}
