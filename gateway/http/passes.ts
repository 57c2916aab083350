import type { Router } from 'express';
import { MAX_CODE_LENGTH, verificationRequestSchema } from '../../schemas/verification.ts';
import type { LoadGauge } from '../access/load-gauge.ts';
import type { RateLimit } from '../access/rate-limit.ts';
import type { VenueTokens } from '../access/venue-tokens.ts';
import type { Passes } from '../passes/passes.ts';
import { ProblemError } from '../problem-error.ts';
import { StoreError } from '../stores/store-error.ts';
import { STATUS_LIST_TTL_S, STATUS_LIST_TYP } from '../trust/status-list.ts';
import { issuePass } from '../verification/issue-pass.ts';
import type { VerificationContext } from '../verification/verification-context.ts';
import { jsonBodyReader } from './json-body.ts';
import { resource } from './route.ts';

const MAX_REQUEST_BYTES = MAX_CODE_LENGTH * 6 + 1024;

interface Parts {
  readonly verification: VerificationContext;
  readonly tokens: VenueTokens | null;
  readonly shared: { readonly clientLimit: RateLimit; readonly load: LoadGauge };
  readonly passes: Passes;
}

/**
 * POST /v1/passes: a venue or a holder's app asks about a code as for a verification, and gets the answer with a pass
 * where it is a pass. GET /v1/statuslists/{id}: which passes were withdrawn.
 */
export function mountPasses(router: Router, { verification, tokens, shared, passes }: Parts): void {
  const readBody = jsonBodyReader(verificationRequestSchema, MAX_REQUEST_BYTES);

  resource(router, '/v1/passes', {
    POST: async (request, response) => {
      shared.load.admit('single');
      shared.load.enter();
      response.once('close', () => shared.load.leave());
      if (tokens === null) throw new ProblemError('unavailable', 'no authorization server is configured');
      const asker = await tokens.authenticate(request.get('authorization'));
      const refused = await shared.clientLimit.take(asker.clientId, 1);
      if (refused !== null) throw new ProblemError('rate_limited', undefined, refused);
      const issued = await issuePass(verification, passes, asker, await readBody(request, response)).catch(unavailable);
      response.status(issued.pass === null ? 200 : 201).json(issued);
    },
  });

  resource(router, '/v1/statuslists/:id', {
    GET: async (request, response) => {
      const { id } = request.params;
      const token =
        typeof id === 'string' && /^[0-9a-f]{24}$/.test(id) ? await passes.statusList(id).catch(unavailable) : null;
      if (token === null) throw new ProblemError('not_found');
      response.set('cache-control', `public, max-age=${STATUS_LIST_TTL_S}`).type(`application/${STATUS_LIST_TYP}`);
      response.send(token);
    },
  });
}

/** Whether a pass was withdrawn cannot be told: that is not the same as a list that is not there. */
function unavailable(error: unknown): never {
  if (!(error instanceof StoreError)) throw error;
  throw new ProblemError('unavailable', 'passes cannot be kept at the moment', { 'retry-after': '5' });
}
