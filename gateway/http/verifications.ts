import type { Request, Response, Router } from 'express';
import type { Problem } from '../../schemas/problem.ts';
import {
  batchRequestSchema,
  MAX_CODE_LENGTH,
  type VerificationReply,
  type VerificationRequest,
  verificationRequestSchema,
} from '../../schemas/verification.ts';
import type { LoadGauge, Priority } from '../access/load-gauge.ts';
import type { RateLimit } from '../access/rate-limit.ts';
import type { Venue, VenueTokens } from '../access/venue-tokens.ts';
import { ProblemError, problemOf } from '../problem-error.ts';
import type { VerificationContext } from '../verification/verification-context.ts';
import { verify } from '../verification/verify.ts';
import { allInSlices } from './in-slices.ts';
import { jsonBodyReader } from './json-body.ts';
import { resource } from './route.ts';

/** One request: a code whose every character takes six bytes escaped, and the other members. */
const MAX_REQUEST_BYTES = MAX_CODE_LENGTH * 6 + 1024;
const MAX_BATCH_BYTES = 1_048_576;

interface Parts {
  readonly verification: VerificationContext;
  readonly tokens: VenueTokens | null;
  readonly shared: { readonly clientLimit: RateLimit; readonly load: LoadGauge };
}

/** POST /v1/verifications and its batch. */
export function mountVerifications(router: Router, { verification, tokens, shared }: Parts): void {
  const readOne = jsonBodyReader(verificationRequestSchema, MAX_REQUEST_BYTES);
  const readBatch = jsonBodyReader(batchRequestSchema, MAX_BATCH_BYTES);

  /** Counted as under way until the reply is gone. */
  function enter(response: Response, scans: number): void {
    shared.load.enter(scans);
    response.once('close', () => shared.load.leave(scans));
  }

  /** Turned away before anything is read: what is refused under overload must cost next to nothing. */
  async function access(request: Request, response: Response, priority: Priority): Promise<Venue> {
    shared.load.admit(priority);
    enter(response, 1);
    if (tokens === null) throw new ProblemError('unavailable', 'no authorization server is configured');
    return await tokens.authenticate(request.get('authorization'));
  }

  async function withinRate(venue: Venue, scans: number): Promise<void> {
    const refused = await shared.clientLimit.take(venue.clientId, scans);
    if (refused !== null) throw new ProblemError('rate_limited', undefined, refused);
  }

  resource(router, '/v1/verifications', {
    POST: async (request, response) => {
      const venue = await access(request, response, 'single');
      await withinRate(venue, 1);
      response.json(await verify(verification, venue, await readOne(request, response)));
    },
  });

  resource(router, '/v1/verifications/batch', {
    POST: async (request, response) => {
      const venue = await access(request, response, 'batch');
      const { items } = await readBatch(request, response);
      enter(response, items.length - 1);
      await withinRate(venue, items.length);
      const outcome = (asked: VerificationRequest) => verify(verification, venue, asked).catch(problemInPlace);
      response.json({ results: await allInSlices(items, outcome) });
    },
  });
}

/** An item's refusal stands in the item's place; a fault of ours fails the whole batch. */
function problemInPlace(error: unknown): Problem | VerificationReply {
  if (error instanceof ProblemError) return problemOf(error.code, error.detail);
  throw error;
}
