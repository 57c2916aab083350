import type { IncomingMessage } from 'node:http';
import { resolve } from 'node:path';
import type { Request, Response, Router } from 'express';
import { z } from 'zod';
import { callControl } from '../../adapters/sandbox/control-client.ts';
import {
  controlErrorSchema,
  faultRequestSchema,
  MAX_CONTROL_BODY_BYTES,
  type ReadyMessage,
} from '../../adapters/sandbox/protocol.ts';
import type { ProvinceCode } from '../../schemas/code-lists/index.ts';
import { jsonOrUndefined } from '../../schemas/json-text.ts';
import { DPOP_ALGS } from '../../schemas/protected-resource.ts';
import { DATA_DIR_HEADER, venueSchema, venueTokenRequestSchema } from '../../schemas/sandbox.ts';
import { VENUE_SCOPE } from '../../schemas/venue-token.ts';
import { allowOnly } from '../http/query.ts';
import { receiveText } from '../http/receive-body.ts';
import { pathOf, resource } from '../http/route.ts';
import { ProblemError } from '../problem-error.ts';
import { sameSiteOnly } from './same-site.ts';
import { venueToken } from './venue-token.ts';

/** `keep_cache` is for the gateway itself: answers given before the fault are no longer fresh, but may stand in. */
const faultBodySchema = faultRequestSchema.extend({ keep_cache: z.boolean().default(false) });

interface Parts {
  readonly control: ReadyMessage['control'];
  readonly nodeUrl: string;
  readonly dataDir: string;
  /** Has every instance forget what it holds about a province, or keep it as `aged`. */
  readonly forgetProvince: (province: ProvinceCode, kind: 'province' | 'aged') => Promise<void>;
}

/** `/sandbox/*`: passed on to the child process that plays the provinces. Mounted in sandbox mode alone. */
export function mountSandbox(router: Router, { control, nodeUrl, dataDir, forgetProvince }: Parts): void {
  const body = (request: IncomingMessage) => receiveText(request, MAX_CONTROL_BODY_BYTES, 'request of the sandbox');

  async function passOnTo(method: 'GET' | 'POST' | 'PUT', path: string, text?: string) {
    const { status, body: answer } = await callControl(control, method, path, text);
    if (status >= 400) throw problemFrom(answer);
    return { status, answer };
  }

  function passOn(request: Request, method: 'GET' | 'POST' | 'PUT', text?: string) {
    return passOnTo(method, request.originalUrl.replace(/^\/sandbox/, ''), text);
  }

  async function pass(request: Request, response: Response): Promise<void> {
    const isPost = request.method === 'POST';
    const text = isPost ? await body(request) : undefined;
    const { status, answer } = await passOn(request, isPost ? 'POST' : 'GET', text);
    response.status(status).json(answer);
  }

  /** A fault shows on the very next scan: answers that are still fresh would hide it, so they are forgotten. */
  async function putFault(request: Request, response: Response): Promise<void> {
    const text = await body(request);
    const asked = faultBodySchema.safeParse(jsonOrUndefined(text));
    // What is not understood here is passed on as it came, and refused by whoever owns the form.
    const { province, fault, keep_cache } = asked.success ? asked.data : {};
    const { status, answer } = await passOn(request, 'PUT', asked.success ? JSON.stringify({ province, fault }) : text);
    if (province !== undefined) await forgetProvince(province, keep_cache === true ? 'aged' : 'province');
    response.status(status).json(answer);
  }

  async function giveVenueToken(request: Request, response: Response): Promise<void> {
    const asked = venueTokenRequestSchema.safeParse(jsonOrUndefined(await body(request)));
    if (!asked.success) throw new ProblemError('body_invalid', 'venue: must name a venue of the sandbox');
    const { answer } = await passOnTo('GET', '/venues');
    const venue = z
      .array(venueSchema)
      .parse(answer)
      .find((one) => one.venue === asked.data.venue);
    if (venue === undefined) throw new ProblemError('not_found', 'no such venue is in the sandbox');
    response.json(await venueToken(venue, asked.data.proof));
  }

  router.use('/sandbox', sameSiteOnly(nodeUrl), (_request, response, next) => {
    // For a command in another folder to say where the anchor is. Whoever wants to believe it has to set it.
    response.set(DATA_DIR_HEADER, encodeURIComponent(resolve(dataDir)));
    next();
  });
  resource(router, '/sandbox/codes', {
    GET: async (request, response) => {
      allowOnly(request, ['unregistered']);
      await pass(request, response);
    },
  });
  resource(router, '/sandbox/records', { POST: pass });
  resource(router, '/sandbox/faults', { PUT: putFault });
  resource(router, '/sandbox/venues', { GET: pass });
  resource(router, '/sandbox/venue-tokens', { POST: giveVenueToken });
  resource(router, '/sandbox/requests', {
    GET: async (request, response) => {
      allowOnly(request, ['province']);
      await pass(request, response);
    },
  });
}

/**
 * Where each authorization server gives out tokens, by RFC 8414 section 3.1: servers have their names below this host, so
 * a client that learnt one from the gateway's own metadata looks for it here.
 */
export function mountServerMetadata(router: Router, servers: ReadyMessage['servers']): void {
  for (const { issuer, tokenEndpoint, jwksUri } of servers) {
    resource(router, `/.well-known/oauth-authorization-server${pathOf(issuer)}`, {
      GET: (_request, response) => {
        response.json({
          issuer,
          token_endpoint: tokenEndpoint,
          jwks_uri: jwksUri,
          scopes_supported: [VENUE_SCOPE],
          grant_types_supported: ['client_credentials'],
          dpop_signing_alg_values_supported: DPOP_ALGS,
        });
      },
    });
  }
}

function problemFrom(answer: unknown): ProblemError {
  const { code, detail } = controlErrorSchema.parse(answer);
  return new ProblemError(code, detail);
}
