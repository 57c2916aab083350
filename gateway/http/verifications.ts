import { batchFrameSchema, MAX_CODE_LENGTH } from '../../schemas/verification.ts';
import type { StaffLogin } from '../access/staff-login.ts';
import type { VenueTokens } from '../access/venue-tokens.ts';
import { ProblemError, problemOf } from '../problem-error.ts';
import { BatchSigner } from '../trust/batch-signer.ts';
import { gatewayOf } from '../verification/permit.ts';
import type { VerificationContext } from '../verification/verification-context.ts';
import { verify } from '../verification/verify.ts';
import type { HotRoutes } from './hot-routes.ts';
import { allInSlices } from './in-slices.ts';
import { bodyReader, jsonBodyReader } from './json-body.ts';
import { JSON_TYPE, sendOctets } from './reply.ts';
import { octetsIn, replyOctets } from './reply-octets.ts';
import { openVenueDoor, type VenueLimits } from './venue-door.ts';
import { parseVerificationRequest } from './verification-request.ts';

/** One request: a code whose every character takes six bytes escaped, and the other members. */
const MAX_REQUEST_BYTES = MAX_CODE_LENGTH * 6 + 1024;
const MAX_BATCH_BYTES = 1_048_576;

interface Parts {
  readonly verification: VerificationContext;
  readonly tokens: VenueTokens;
  readonly staff: StaffLogin | null;
  readonly shared: VenueLimits;
}

/** POST /v1/verifications and its batch. */
export function mountVerifications(hot: HotRoutes, parts: Parts): void {
  const { verification } = parts;
  const enterOne = openVenueDoor(parts, {
    read: bodyReader((value) => parseVerificationRequest(value, 'the body'), MAX_REQUEST_BYTES),
    maxBytes: MAX_REQUEST_BYTES,
  });
  const enterBatch = openVenueDoor(parts, {
    read: jsonBodyReader(batchFrameSchema, MAX_BATCH_BYTES),
    maxBytes: MAX_BATCH_BYTES,
    scansIn: ({ items }: { readonly items: readonly unknown[] }) => items.length,
  });

  hot.post('/v1/verifications', async (request, response) => {
    const { asker: venue, body } = await enterOne(request, response);
    sendOctets(response, 200, JSON_TYPE, replyOctets(await verify(verification, venue, body)));
  });

  hot.post('/v1/verifications/batch', async (request, response) => {
    const {
      asker: venue,
      body: { items },
    } = await enterBatch(request, response);
    const together = new BatchSigner(() => gatewayOf(verification, venue).signer(), items.length);
    const outcome = (item: unknown) =>
      together.member(async (signFor) => {
        const request = parseVerificationRequest(item, 'the item');
        return replyOctets(await verify(verification, venue, request, signFor));
      });
    const results = await allInSlices(items, (item) => outcome(item).catch(problemInPlace));
    sendOctets(response, 200, JSON_TYPE, `{"results":[${results.join()}]}`);
  });
}

/** An item's refusal stands in the item's place; a fault of ours fails the whole batch. */
function problemInPlace(error: unknown): string {
  if (error instanceof ProblemError) return octetsIn(problemOf(error.code, error.detail));
  throw error;
}
