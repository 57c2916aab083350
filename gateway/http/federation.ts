import type { IncomingMessage } from 'node:http';
import type { Request, Response, Router } from 'express';
import type { IncomingBodies } from '../access/incoming-bodies.ts';
import type { HostedFederation } from '../authority/hosted-federation.ts';
import { TRUST_MARK_STATUS_TYP, type TrustMarkRegister } from '../authority/trust-mark-register.ts';
import { ProblemError } from '../problem-error.ts';
import { HISTORICAL_KEYS_TYP } from '../trust/historical-keys.ts';
import { RESOLVE_RESPONSE_TYP } from '../trust/resolve-response.ts';
import { TrustError } from '../trust/trust-error.ts';
import { MAX_TRUST_MARK_BYTES, TRUST_MARK_TYP } from '../trust/trust-mark.ts';
import { receiveFromAnybody } from './admission.ts';
import { FederationProblem } from './federation-errors.ts';
import { allowOnly, queryText } from './query.ts';
import { mediaTypeOf, receiveText } from './receive-body.ts';
import { pathOf, resource } from './route.ts';

/** Short, so that a rotated or revoked key is not kept alive by a cache on the way. */
const MAX_AGE_S = 60;
const DEFAULT_PAGE = 100;
const MAX_PAGE = 500;
const MAX_FORM_BYTES = MAX_TRUST_MARK_BYTES + 256;
const STATEMENT_TYP = 'entity-statement+jwt';

interface Parts {
  readonly federation: HostedFederation;
  readonly anchor: (() => { readonly entity_id: string }) | null;
  readonly trustMarks: TrustMarkRegister | null;
  readonly resolve: (entityId: string, resolverId: string, type: string | null) => Promise<string>;
  readonly trustBundle: () => Promise<object | null>;
}

/** The hosted entities by the path where each answers, and the authorization servers whose hosts are others. */
export interface Places {
  readonly entities: ReadonlyMap<string, string>;
  readonly authorizationServers: ReadonlySet<string>;
}

/**
 * The OpenID Federation 1.0 endpoints of every entity whose keys this process holds, by the path where each answers
 * (section 8). At the root, fetch and list speak for the anchor where it is hosted here too, since a gateway has no
 * subordinates.
 */
export function mountFederation(
  router: Router,
  trust: Parts,
  { entities, authorizationServers, bodies }: Places & { readonly bodies: IncomingBodies },
): void {
  const { federation, anchor, trustMarks } = trust;
  const anchorId = anchor?.().entity_id ?? null;
  for (const [path, self] of entities) {
    const speaksForAnchor = path === '' && anchorId !== null && federation.has(anchorId);
    mountEntity(router, path, trust, { self, superior: speaksForAnchor ? anchorId : self });
  }
  // An authorization server's own host asks here for what it then shows as its own.
  resource(router, '/authorization-server/.well-known/openid-federation', {
    GET: async (request, response) => {
      allowOnly(request, ['sub']);
      const sub = required(request, 'sub');
      const configuration = authorizationServers.has(sub) ? await federation.entityConfiguration(sub) : null;
      sendToken(response, configuration, STATEMENT_TYP);
    },
  });
  if (trustMarks !== null) mountTrustMarks(router, trustMarks, bodies);
  // Not of the standard: everything that an offline verifier takes along, in one document. It checks every part.
  resource(router, '/federation/bundle', {
    GET: async (_request, response) => {
      const bundle = await trust.trustBundle();
      if (bundle === null) throw new ProblemError('not_found', 'this gateway has no trust anchor');
      response.set('cache-control', `public, max-age=${MAX_AGE_S}`).json(bundle);
    },
  });
}

interface Speaker {
  readonly self: string;
  /** The entity whose subordinates fetch and list are about. */
  readonly superior: string;
}

function mountEntity(router: Router, path: string, trust: Parts, { self, superior }: Speaker): void {
  const { federation } = trust;
  resource(router, `${path}/.well-known/openid-federation`, {
    GET: async (_request, response) => {
      sendToken(response, await federation.entityConfiguration(self), STATEMENT_TYP);
    },
  });
  resource(router, `${path}/federation/fetch`, {
    GET: async (request, response) => {
      allowOnly(request, ['sub']);
      const statement = await federation.subordinateStatement(superior, required(request, 'sub'));
      sendToken(response, statement, STATEMENT_TYP);
    },
  });
  resource(router, `${path}/federation/list`, {
    GET: (request, response) => sendList(request, response, federation, superior, path),
  });
  resource(router, `${path}/federation/resolve`, {
    GET: async (request, response) => {
      allowOnly(request, ['sub', 'trust_anchor', 'entity_type']);
      const anchor = queryText(request, 'trust_anchor');
      if (anchor !== null && anchor !== trust.anchor?.().entity_id)
        throw new FederationProblem('not_found', 'invalid_trust_anchor', 'that trust anchor is not ours');
      sendToken(response, await resolved(trust, request, self), RESOLVE_RESPONSE_TYP);
    },
  });
  resource(router, `${path}/federation/historical-keys`, {
    GET: async (_request, response) => {
      sendToken(response, await federation.historicalKeys(self), HISTORICAL_KEYS_TYP);
    },
  });
}

/**
 * Immediate subordinates in the order of their identifiers (section 8.2). `entity_type` filters. A page holds `limit`
 * of them (100 unless told, 500 at most); where more follow, `Link: <…>; rel="next"` names the next page, whose
 * `from_entity_id` is its first identifier, as in Federation Extended Subordinate Listing.
 */
function sendList(
  request: Request,
  response: Response,
  federation: HostedFederation,
  superior: string,
  path: string,
): void {
  allowOnly(request, ['entity_type', 'limit', 'from_entity_id']);
  const type = queryText(request, 'entity_type');
  const from = queryText(request, 'from_entity_id');
  const limit = pageSize(queryText(request, 'limit'));
  const all = federation.subordinates(superior).filter(({ types }) => type === null || types.includes(type));
  const rest = all.filter(({ entityId }) => from === null || entityId >= from);
  const next = rest[limit]?.entityId;
  if (next !== undefined) {
    const query = new URLSearchParams({
      ...(type === null ? {} : { entity_type: type }),
      limit: String(limit),
      from_entity_id: next,
    });
    response.set('link', `<${path}/federation/list?${query}>; rel="next"`);
  }
  response.set('cache-control', `public, max-age=${MAX_AGE_S}`);
  response.json(rest.slice(0, limit).map(({ entityId }) => entityId));
}

function pageSize(text: string | null): number {
  if (text === null) return DEFAULT_PAGE;
  const limit = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (limit < 1 || limit > MAX_PAGE) throw new ProblemError('body_invalid', `limit: must be 1 to ${MAX_PAGE}`);
  return limit;
}

async function resolved({ resolve }: Parts, request: Request, self: string): Promise<string | null> {
  try {
    return await resolve(required(request, 'sub'), self, queryText(request, 'entity_type'));
  } catch (error) {
    if (!(error instanceof TrustError)) throw error;
    if (error.code === 'anchor_unknown' || error.code === 'not_admitted') return null;
    // What is known here is fetched from its own host, which may be away.
    throw new ProblemError('unavailable', `the chain cannot be had: ${error.code}`, { 'retry-after': '5' });
  }
}

/** Trust marks that are held now (section 8.6), and whether one that somebody shows still stands (section 8.4). */
function mountTrustMarks(router: Router, marks: TrustMarkRegister, bodies: IncomingBodies): void {
  const path = pathOf(marks.issuer);
  resource(router, `${path}/federation/trust-mark`, {
    GET: async (request, response) => {
      allowOnly(request, ['trust_mark_type', 'sub']);
      const type = required(request, 'trust_mark_type');
      const held = await marks.marksOf(required(request, 'sub'));
      const found = held.find(({ trust_mark_type }) => trust_mark_type === type);
      sendToken(response, found?.trust_mark ?? null, TRUST_MARK_TYP);
    },
  });
  resource(router, `${path}/federation/trust-mark-status`, {
    POST: async (request, response) => {
      const isForm = mediaTypeOf(request) === 'application/x-www-form-urlencoded';
      const form = isForm ? await receiveFromAnybody(bodies, request, MAX_FORM_BYTES, readForm) : '';
      const [mark = '', ...more] = new URLSearchParams(form).getAll('trust_mark');
      if (mark === '' || more.length > 0) throw new ProblemError('body_invalid', 'trust_mark: must be given once');
      // An answer about the past would be the wrong one.
      response.set('cache-control', 'no-store').type(`application/${TRUST_MARK_STATUS_TYP}`);
      response.send(await marks.statusResponse(mark));
    },
  });
}

function readForm(request: IncomingMessage): Promise<string> {
  return receiveText(request, MAX_FORM_BYTES, 'form');
}

function sendToken(response: Response, token: string | null, typ: string): void {
  if (token === null) throw new ProblemError('not_found', 'no such entity is known here');
  // Asked for again each time: a statement that a cache kept could lack the key that its subject signs with by now.
  response.set('cache-control', 'no-cache').type(`application/${typ}`).send(token);
}

function required(request: Request, name: string): string {
  const value = queryText(request, name);
  if (value === null) throw new ProblemError('body_invalid', `${name}: must be given once`);
  return value;
}
