import type { Router } from 'express';
import { Counter } from 'prom-client';
import { peerOf } from '../access/peer-address.ts';
import type { RateLimit } from '../access/rate-limit.ts';
import type { SeenOnce } from '../access/seen-once.ts';
import { ProblemError } from '../problem-error.ts';
import {
  AUDIT_REQUEST_LIFETIME_S,
  type AuditQuestion,
  auditBodySchema,
  MAX_AUDIT_REQUEST_LENGTH,
  verifyAuditRequest,
} from '../trust/audit-request.ts';
import { CLOCK_SKEW_S } from '../trust/entity-statement.ts';
import { issuerOf } from '../trust/status-statement.ts';
import { nullIfUntrusted, TrustError } from '../trust/trust-error.ts';
import { type AuditAnswer, audit } from '../verification/audit.ts';
import type { VerificationContext } from '../verification/verification-context.ts';
import { admit, type Capacity } from './admission.ts';
import { asProblem } from './errors.ts';
import { jsonBodyReader } from './json-body.ts';
import { resource } from './route.ts';

const AUDITOR = 'auditor';
const MAX_BODY_BYTES = MAX_AUDIT_REQUEST_LENGTH + 2048;
/** How long an auditor's question could be asked again. */
const REMEMBERED_MS = (AUDIT_REQUEST_LIFETIME_S + CLOCK_SKEW_S) * 1000;

interface Parts {
  /** Whom questions are for: this node. */
  readonly audience: string;
  readonly verification: VerificationContext;
  readonly chainOf: (entityId: string) => Promise<readonly string[]>;
  readonly shared: Capacity & {
    readonly clientLimit: RateLimit;
    readonly seenOnce: (name: string, lifeMs: number) => SeenOnce;
  };
}

/**
 * POST /v1/audits: an auditor named by a mandate asks what stands behind an answer, and gets the statement with its
 * disclosures, the findings and the approvals. Nothing of it is kept, here or in a log; it is counted.
 */
export function mountAudits(router: Router, { audience, verification, chainOf, shared }: Parts): void {
  const seen = shared.seenOnce('audit', REMEMBERED_MS);
  // Who asks stands in the question itself: until it is read, anybody may be an auditor.
  const door = {
    priority: 'single',
    authenticate: peerOf,
    clientOf: (peer: string) => `${AUDITOR} ${peer}`,
    read: jsonBodyReader(auditBodySchema, MAX_BODY_BYTES),
    maxBytes: MAX_BODY_BYTES,
    scansIn: () => 1,
  } as const;
  const audits = new Counter({
    name: 'huren_audits_total',
    help: "Auditors' questions, by outcome",
    labelNames: ['outcome'],
    registers: [verification.metrics.registry],
  });

  async function question(body: {
    request: string;
    key: Parameters<typeof verifyAuditRequest>[1];
  }): Promise<AuditQuestion> {
    try {
      const atS = Math.floor(verification.nowMs() / 1000);
      return await verifyAuditRequest(body.request, body.key, { audience, atS });
    } catch (error) {
      if (error instanceof TrustError) throw new ProblemError('token_invalid', `the request is refused: ${error.code}`);
      throw error;
    }
  }

  /** Within its minute a question counts once: whoever overheard it learns nothing by asking again. */
  async function refuseReplay({ claims, jkt }: AuditQuestion): Promise<void> {
    const claim = await seen.claim(`${jkt} ${claims.jti}`, () => {
      const refused = shared.clientLimit.take(`${AUDITOR} ${jkt}`);
      if (refused !== null) throw new ProblemError('rate_limited', undefined, refused);
    });
    if (claim === 'again') throw new ProblemError('proof_replayed');
    // It may have been asked elsewhere. An audit can wait; what it shows cannot be taken back.
    if (claim === 'unknown') {
      throw new ProblemError('unavailable', 'what was asked before cannot be looked up', { 'retry-after': '1' });
    }
  }

  resource(router, '/v1/audits', {
    POST: async (request, response) => {
      try {
        const { body } = await admit(shared, door, request, response);
        const asked = await question(body);
        const answer = await audit(verification, asked, refuseReplay);
        audits.inc({ outcome: 'answered' });
        response.json({ ...answer, chains: await chainsBehind(answer, chainOf) });
      } catch (error) {
        audits.inc({ outcome: asProblem(error).code });
        throw error;
      }
    },
  });
}

/** The chains that an auditor needs to check statement and approvals without believing this gateway. */
async function chainsBehind(
  { statement, approvals }: AuditAnswer,
  chainOf: Parts['chainOf'],
): Promise<Record<string, readonly string[]>> {
  const issuer = statement === null ? null : issuerOf(statement);
  const wanted = [issuer, ...approvals.map(({ agency }) => agency)].filter((id) => id !== null);
  const chains: Record<string, readonly string[]> = {};
  for (const id of new Set(wanted)) {
    const chain = await chainOf(id).catch(nullIfUntrusted);
    if (chain !== null) chains[id] = chain;
  }
  return chains;
}
