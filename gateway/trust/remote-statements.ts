import { z } from 'zod';
import type { StatementSource } from './chain-builder.ts';
import type { EntityConfiguration } from './entity-claims.ts';
import { ENTITY_STATEMENT_TYP } from './entity-statement.ts';
import { chainInResponse, RESOLVE_RESPONSE_TYP } from './resolve-response.ts';
import { TrustError } from './trust-error.ts';
import { TRUST_MARK_TYP } from './trust-mark.ts';

/** A GET of one small document from an address that somebody else chose: guarded, bounded, following nothing. Rejects. */
export type FetchDocument = (url: string) => Promise<{
  readonly status: number;
  readonly mediaType: string;
  readonly body: string;
}>;

export interface RemoteStatements extends StatementSource {
  /**
   * The chain of an entity as somebody else has it (section 8.3); null where there is none. It proves itself. Throws
   * TrustError.
   */
  readonly fetchResolvedChain: (resolver: EntityConfiguration, subject: string) => Promise<readonly string[] | null>;
  /** A trust mark that the issuer has granted, by its endpoint (section 8.6); null where it has not. Throws `fetch_failed`. */
  readonly fetchTrustMark: (issuer: EntityConfiguration, type: string, subject: string) => Promise<string | null>;
}

type Metadata = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

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
    fetchResolvedChain: async ({ metadata }, sub) => {
      const endpoint = endpointOf(metadata, 'federation_resolve_endpoint');
      if (endpoint === null) return null;
      const response = await get(withQuery(endpoint, { sub }), `application/${RESOLVE_RESPONSE_TYP}`);
      return response === null ? null : chainInResponse(response);
    },
    fetchTrustMark: async ({ metadata }, trust_mark_type, sub) => {
      const endpoint = endpointOf(metadata, 'federation_trust_mark_endpoint');
      if (endpoint === null) return null;
      return await get(withQuery(endpoint, { trust_mark_type, sub }), `application/${TRUST_MARK_TYP}`);
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
