import type { Router } from 'express';
import type { ProvinceCode } from '../../schemas/code-lists/index.ts';
import { passRevocationSchema } from '../../schemas/pass.ts';
import { MAX_CODE_LENGTH, verificationRequestSchema } from '../../schemas/verification.ts';
import type { StaffLogin } from '../access/staff-login.ts';
import type { Venue, VenueTokens } from '../access/venue-tokens.ts';
import type { Passes } from '../passes/passes.ts';
import { ProblemError } from '../problem-error.ts';
import { StoreError } from '../stores/store-error.ts';
import { STATUS_LIST_TTL_S, STATUS_LIST_TYP } from '../trust/status-list.ts';
import { TrustError } from '../trust/trust-error.ts';
import { issuePass } from '../verification/issue-pass.ts';
import type { VerificationContext } from '../verification/verification-context.ts';
import { jsonBodyReader } from './json-body.ts';
import { sendJson } from './reply.ts';
import { pathOf, resource } from './route.ts';
import { openVenueDoor, type VenueLimits } from './venue-door.ts';

const MAX_REQUEST_BYTES = MAX_CODE_LENGTH * 6 + 1024;
const MAX_REVOCATION_BYTES = 8192;

interface Parts {
  readonly verification: VerificationContext;
  readonly tokens: VenueTokens;
  readonly staff: StaffLogin | null;
  readonly shared: VenueLimits;
  /** Each gateway's passes by its province. */
  readonly passes: {
    readonly of: (destination: ProvinceCode) => Passes | null;
    readonly all: readonly { readonly entityId: string; readonly passes: Passes }[];
  };
}

/**
 * POST /v1/passes: a venue or a holder's app asks about a code as for a verification, and gets the answer with a pass
 * where it is a pass. POST /v1/passes/revocations: who holds a pass and may ask here withdraws it. GET
 * /v1/statuslists/{id}: which passes were withdrawn.
 */
export function mountPasses(router: Router, parts: Parts): void {
  const { verification, passes } = parts;
  const enter = openVenueDoor(parts, {
    read: jsonBodyReader(verificationRequestSchema, MAX_REQUEST_BYTES),
    maxBytes: MAX_REQUEST_BYTES,
  });
  const enterRevocation = openVenueDoor(parts, {
    read: jsonBodyReader(passRevocationSchema, MAX_REVOCATION_BYTES),
    maxBytes: MAX_REVOCATION_BYTES,
  });

  /** The passes of the one gateway that answers who asks. */
  function deskOf({ destination }: Venue): Passes {
    const desk = passes.of(destination);
    if (desk === null) throw new ProblemError('venue_foreign');
    return desk;
  }

  resource(router, '/v1/passes', {
    POST: async (request, response) => {
      const { asker: venue, body } = await enter(request, response);
      const issued = await issuePass(verification, deskOf(venue), venue, body).catch(unavailable);
      sendJson(response, issued.pass === null ? 200 : 201, issued);
    },
  });

  resource(router, '/v1/passes/revocations', {
    POST: async (request, response) => {
      const { asker: venue, body } = await enterRevocation(request, response);
      const isGone = await deskOf(venue).revokeToken(body.pass).catch(refusedPass).catch(unavailable);
      if (!isGone) throw new ProblemError('not_found', 'no such pass was given out here, or it has ended');
      sendJson(response, 200, { withdrawn: true });
    },
  });

  for (const desk of passes.all) mountStatusLists(router, pathOf(desk.entityId), desk.passes);
}

/** A list stands below the identifier of the gateway that signs it: one elsewhere would be somebody else's word. */
function mountStatusLists(router: Router, path: string, passes: Passes): void {
  resource(router, `${path}/v1/statuslists/:id`, {
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

/** Not one of this gateway's passes: the code says why, and nothing of the text is repeated. */
function refusedPass(error: unknown): never {
  throw error instanceof TrustError ? new ProblemError('body_invalid', `pass: ${error.code}`) : error;
}

/** Whether a pass was withdrawn cannot be told: that is not the same as a list that is not there. */
function unavailable(error: unknown): never {
  if (!(error instanceof StoreError)) throw error;
  throw new ProblemError('unavailable', 'passes cannot be kept at the moment', { 'retry-after': '5' });
}
