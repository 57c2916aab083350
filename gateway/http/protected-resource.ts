import type { Request, Response, Router } from 'express';
import {
  DPOP_ALGS,
  PROTECTED_RESOURCE_PATH,
  type ProtectedResourceMetadata,
} from '../../schemas/protected-resource.ts';
import { VENUE_SCOPE } from '../../schemas/venue-token.ts';
import { pathOf, resource } from './route.ts';

/** What venues' tokens are for, and the authorization servers that give them out, as the registry has them now. */
export interface ProtectedResource {
  readonly resource: string;
  readonly servers: () => readonly string[];
}

const MAX_AGE_S = 60;

/** Where a resource's metadata is: the well-known part comes before the resource's own path (RFC 9728 section 3.1). */
export function resourceMetadataUrl(name: string): string {
  return `${new URL(name).origin}${PROTECTED_RESOURCE_PATH}${pathOf(name)}`;
}

/**
 * GET /.well-known/oauth-protected-resource (RFC 9728), for each resource; of two at one place, the first. Where none has
 * the bare host as its name, the first one is shown there too.
 */
export function mountProtectedResource(router: Router, resources: readonly ProtectedResource[]): void {
  const byPath = new Map(resources.toReversed().map((one) => [pathOf(one.resource), one]));
  const root = byPath.get('') ?? resources[0];
  if (root !== undefined) resource(router, '/.well-known/oauth-protected-resource', { GET: show(root) });
  for (const [path, one] of byPath) {
    const place = `${PROTECTED_RESOURCE_PATH}${path}`;
    if (path !== '') resource(router, place, { GET: show(one) });
  }
}

function show({ resource: name, servers }: ProtectedResource) {
  const documentation = `${new URL(name).origin}/docs`;
  return (_request: Request, response: Response): void => {
    const metadata: ProtectedResourceMetadata = {
      resource: name,
      authorization_servers: [...servers()],
      scopes_supported: [VENUE_SCOPE],
      bearer_methods_supported: ['header'],
      resource_name: 'Huren 互认',
      resource_documentation: documentation,
      dpop_signing_alg_values_supported: [...DPOP_ALGS],
      dpop_bound_access_tokens_required: false,
    };
    response.set('cache-control', `public, max-age=${MAX_AGE_S}`).json(metadata);
  };
}
