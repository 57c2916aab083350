import { ProblemError } from '../problem-error.ts';
import type { EntityResolver } from '../trust/entity-resolver.ts';
import { claimedAsker, verifyNodeToken } from '../trust/node-token.ts';
import { RECOGNITION_MONITOR, recognitionMonitorMetadataSchema } from '../trust/trust-bundle.ts';
import { TrustError } from '../trust/trust-error.ts';
import { askerProblem, bearerToken } from './asking-gateways.ts';

interface Parts {
  /** Null: this node has no anchor, and believes nobody. */
  readonly resolver: Pick<EntityResolver, 'resolve' | 'reread'> | null;
  readonly nowMs: () => number;
}

/**
 * Lets the national monitor in, by a token that it signed for `entity`: nobody else reads what few people are behind.
 * Asked every few seconds, so nothing is remembered. Throws ProblemError `node_token_invalid`, `node_not_admitted`,
 * `unavailable`.
 */
export async function authenticateMonitor(
  { resolver, nowMs }: Parts,
  authorization: string | undefined,
  entity: string,
): Promise<void> {
  if (resolver === null)
    throw new ProblemError('unavailable', 'this node has no trust anchor', { 'retry-after': '30' });
  const token = bearerToken(authorization);
  const verify = async (monitor: string) => {
    const resolved = await resolver.resolve(monitor);
    const metadata = recognitionMonitorMetadataSchema.safeParse(resolved.metadata[RECOGNITION_MONITOR]);
    if (!metadata.success) throw new TrustError('not_admitted', 'the entity is no monitor');
    const { question } = await verifyNodeToken(token, metadata.data.jwks, Math.floor(nowMs() / 1000));
    if (question !== undefined) throw new TrustError('audience_mismatch', 'the token is for a question');
  };
  try {
    const { iss, aud } = claimedAsker(token);
    if (aud !== entity) throw new TrustError('audience_mismatch', 'the token is for another node');
    await verify(iss).catch(async (error: unknown) => {
      // The monitor may have rotated its key since its chain was read.
      if (!(error instanceof TrustError) || error.code !== 'key_unknown') throw error;
      await resolver.reread(iss);
      await verify(iss);
    });
  } catch (error) {
    throw askerProblem(error);
  }
}
