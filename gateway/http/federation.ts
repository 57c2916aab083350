import type { Request, Response, Router } from 'express';
import { ProblemError } from '../problem-error.ts';
import type { HostedFederation } from '../trust/hosted-federation.ts';
import { TrustError } from '../trust/trust-error.ts';
import { resource } from './route.ts';

const MAX_AGE_S = 300;

interface Parts {
  readonly entityId: string;
  readonly anchorId: string | null;
  readonly federation: HostedFederation;
}

/** The OpenID Federation 1.0 endpoints of the entities whose keys this process holds. */
export function mountFederation(router: Router, { entityId, anchorId, federation }: Parts): void {
  const configurationOf = (id: string) => async (_request: Request, response: Response) => {
    sendToken(response, await federation.entityConfiguration(id), 'application/entity-statement+jwt');
  };
  resource(router, '/.well-known/openid-federation', { GET: configurationOf(entityId) });
  for (const path of federation.pathsBelow(entityId)) {
    resource(router, `${path}/.well-known/openid-federation`, { GET: configurationOf(`${entityId}${path}`) });
  }

  resource(router, '/federation/fetch', {
    GET: async (request, response) => {
      const subject = parameter(request, 'sub');
      const superior = anchorId ?? entityId;
      sendToken(response, await federation.subordinateStatement(superior, subject), 'application/entity-statement+jwt');
    },
  });
  resource(router, '/federation/list', {
    GET: (_request, response) => {
      response.json(federation.subordinates(anchorId ?? entityId));
    },
  });
  resource(router, '/federation/resolve', {
    GET: async (request, response) => {
      const anchor = request.query['trust_anchor'];
      if (anchor !== undefined && anchor !== anchorId)
        throw new ProblemError('not_found', 'that trust anchor is not ours');
      sendToken(response, await resolved(federation, parameter(request, 'sub')), 'application/resolve-response+jwt');
    },
  });
}

async function resolved(federation: HostedFederation, subject: string): Promise<string | null> {
  try {
    return await federation.resolveResponse(subject);
  } catch (error) {
    if (error instanceof TrustError && error.code === 'anchor_unknown') return null;
    throw error;
  }
}

function sendToken(response: Response, token: string | null, mediaType: string): void {
  if (token === null) throw new ProblemError('not_found', 'no such entity is known here');
  response.set('cache-control', `public, max-age=${MAX_AGE_S}`).type(mediaType).send(token);
}

function parameter(request: Request, name: string): string {
  const value = request.query[name];
  if (typeof value !== 'string' || value.length > 512)
    throw new ProblemError('body_invalid', `${name}: must be given once`);
  return value;
}
