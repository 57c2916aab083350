import { z } from 'zod';
import { jsonOrUndefined } from '../../schemas/json-text.ts';
import type { StatementSource } from './chain-builder.ts';
import { type EntityConfiguration, entityIdSchema } from './entity-claims.ts';
import { ENTITY_STATEMENT_TYP } from './entity-statement.ts';
import { TrustError } from './trust-error.ts';

/** A GET of one small document from an address that somebody else chose: guarded, bounded, following nothing. Rejects. */
export type FetchDocument = (url: string) => Promise<{
  readonly status: number;
  readonly mediaType: string;
  readonly body: string;
}>;

export interface RemoteStatements extends StatementSource {
  /** The immediate subordinates of one type, as a superior lists them. Throws `fetch_failed`. */
  readonly listSubordinates: (superior: Metadata, entityType: string) => Promise<readonly string[]>;
}

type Metadata = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

const listSchema = z.array(entityIdSchema).max(500);
const endpointSchema = z.url({ protocol: /^https?$/ }).max(1024);

/**
 * Statements that other hosts serve, by the endpoints of OpenID Federation 1.0 (sections 8.1, 8.2 and 9). Nothing that
 * comes back is believed before its chain is.
 */
export function openRemoteStatements(fetchDocument: FetchDocument): RemoteStatements {
  async function get(url: string, mediaType: string): Promise<string | null> {
    const reply = await fetchDocument(url).catch((cause: unknown) => {
      throw new TrustError('fetch_failed', 'a federation endpoint could not be reached', { cause });
    });
    if (reply.status === 404) return null;
    if (reply.status === 200 && reply.mediaType === mediaType) return reply.body.trim();
    throw new TrustError('fetch_failed', 'a federation endpoint answered with something else');
  }
  const statement = (url: string) => get(url, `application/${ENTITY_STATEMENT_TYP}`);
  return {
    fetchEntityConfiguration: (entityId) => statement(`${entityId.replace(/\/$/, '')}/.well-known/openid-federation`),
    fetchSubordinateStatement: async (issuer: EntityConfiguration, subjectId) => {
      const endpoint = endpointOf(issuer.metadata, 'federation_fetch_endpoint');
      return endpoint === null ? null : await statement(withQuery(endpoint, { sub: subjectId }));
    },
    listSubordinates: async (superior, entityType) => {
      const endpoint = endpointOf(superior, 'federation_list_endpoint');
      if (endpoint === null) return [];
      const text = await get(withQuery(endpoint, { entity_type: entityType }), 'application/json');
      const listed = listSchema.safeParse(text === null ? [] : jsonOrUndefined(text));
      if (listed.success) return listed.data;
      throw new TrustError('fetch_failed', 'a federation list is no list of entities');
    },
  };
}

function endpointOf(metadata: Metadata | undefined, name: string): string | null {
  return endpointSchema.safeParse(metadata?.['federation_entity']?.[name]).data ?? null;
}

function withQuery(endpoint: string, query: Readonly<Record<string, string>>): string {
  const url = new URL(endpoint);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  return url.href;
}
