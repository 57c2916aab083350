import type { IncomingMessage } from 'node:http';
import type { Router } from 'express';
import { SECURITY_EVENT_TYP, type SecurityEventClaims } from '../../schemas/security-event.ts';
import type { IncomingBodies } from '../access/incoming-bodies.ts';
import type { SeenOnce } from '../access/seen-once.ts';
import { CacheError } from '../cache/cache-error.ts';
import type { Invalidation } from '../cache/invalidation.ts';
import type { OpenCache } from '../cache/open-cache.ts';
import { ProblemError } from '../problem-error.ts';
import type { RegistryState } from '../registry/registry-state.ts';
import { StoreError } from '../stores/store-error.ts';
import type { ProvinceTrust } from '../trust/province-trust.ts';
import type { Sm2Verifier } from '../trust/public-key.ts';
import { claimedIssuer, MAX_EVENT_AGE_S, verifySecurityEvent } from '../trust/security-event.ts';
import { TrustError } from '../trust/trust-error.ts';
import { receiveFromAnybody } from './admission.ts';
import { mediaTypeOf, receiveText } from './receive-body.ts';
import { resource } from './route.ts';

const MEDIA_TYPE = `application/${SECURITY_EVENT_TYP}`;
const MAX_BODY_BYTES = 16_384;
const RETRY_AFTER_S = '1';

type Province = Invalidation['province'];

interface Parts {
  readonly entityId: string;
  readonly registry: () => RegistryState;
  /** The keys that a province may sign events with. Throws TrustError where it has no valid chain. */
  readonly provinces: Pick<ProvinceTrust, 'eventKeys' | 'provinceOf'>;
  readonly open: OpenCache;
  /** Withdraws the passes that stand on what is not so any more. Throws StoreError. */
  readonly passes: { readonly withdrawAbout: (province: Province, handle: string | null) => Promise<void> };
  readonly bodies: IncomingBodies;
  readonly seenOnce: (name: string, lifeMs: number) => SeenOnce;
  readonly sm2Verify: Sm2Verifier;
  readonly nowMs: () => number;
}

/**
 * POST /v1/events: a province pushes a Security Event Token (RFC 8935). 202 means that the event is effective here and
 * on its way to every other instance; a token that was handled before is 202 again and changes nothing.
 */
export function mountEvents(router: Router, parts: Parts): void {
  const seen = parts.seenOnce('event', 2 * MAX_EVENT_AGE_S * 1000);
  resource(router, '/v1/events', {
    POST: async (request, response) => {
      const receivedAtMs = parts.nowMs();
      const token = await receiveFromAnybody(parts.bodies, request, MAX_BODY_BYTES, readToken);
      const { claims, province } = await verified(parts, token);
      const id = `${claims.iss} ${claims.jti}`;
      if (!(await seen.has(id))) {
        await apply(parts, province, claims, receivedAtMs);
        await seen.note(id);
      }
      response.status(202).end();
    },
  });
}

async function readToken(request: IncomingMessage): Promise<string> {
  if (mediaTypeOf(request) !== MEDIA_TYPE) throw new ProblemError('media_type_unsupported', `send ${MEDIA_TYPE}`);
  try {
    return (await receiveText(request, MAX_BODY_BYTES, 'token')).trim();
  } catch (error) {
    // What is too large, or compressed, was never read: its own problem says so.
    if (error instanceof ProblemError && error.code !== 'body_invalid') throw error;
    throw new ProblemError('event_invalid', 'the body is not one token');
  }
}

async function verified(parts: Parts, token: string): Promise<{ claims: SecurityEventClaims; province: Province }> {
  try {
    const province = parts.provinces.provinceOf(claimedIssuer(token));
    if (province === null || !parts.registry().provinces.has(province)) {
      throw new ProblemError('event_unauthorised', 'the issuer is no province that is registered here');
    }
    const checks = { audience: parts.entityId, atS: Math.floor(parts.nowMs() / 1000), sm2Verify: parts.sm2Verify };
    return { claims: await verifySecurityEvent(token, await parts.provinces.eventKeys(province), checks), province };
  } catch (error) {
    if (error instanceof TrustError) throw new ProblemError('event_invalid', `${error.code}: ${error.message}`);
    throw error;
  }
}

/**
 * A province speaks for itself alone: what it flushes is its own, whatever the event says. Passes are withdrawn last: with
 * their store away, answers are right all the same, and the event comes again.
 */
async function apply(parts: Parts, province: Province, { events }: SecurityEventClaims, at: number): Promise<void> {
  const { keys, invalidate } = parts.open;
  const changed = events['urn:huren:event:status-changed'];
  const compromised = events['urn:huren:event:key-compromised'];
  try {
    if (changed !== undefined) {
      await invalidate({ kind: 'handle', province, tags: keys.tagsOf(province, changed.handle) }, at);
    }
    if (compromised !== undefined) await invalidate({ kind: 'key', province, kid: compromised.kid }, at);
    const flush = events['urn:huren:event:adapter-flush'];
    if (flush !== undefined) await invalidate({ kind: 'province', province }, at);
    if (changed !== undefined) await parts.passes.withdrawAbout(province, changed.handle);
    // Which key signed what a pass stands on is not kept: all of its province's have to be asked for again.
    if (compromised !== undefined || flush !== undefined) await parts.passes.withdrawAbout(province, null);
  } catch (error) {
    if (!(error instanceof CacheError) && !(error instanceof StoreError)) throw error;
    const what = error instanceof CacheError ? 'the other instances cannot be told' : 'passes cannot be withdrawn';
    // Whoever sent it keeps it and sends it again (RFC 8935 section 2.4), so that no instance misses it.
    throw new ProblemError('unavailable', what, { 'retry-after': RETRY_AFTER_S });
  }
}
