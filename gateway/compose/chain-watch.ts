import type { Logger } from 'pino';
import { Gauge, type Registry } from 'prom-client';
import { RECOGNITION_GATEWAY, recognitionGatewayMetadataSchema } from '../trust/trust-bundle.ts';
import { TrustError, type TrustErrorCode } from '../trust/trust-error.ts';
import type { GatewayIdentity } from './hosting.ts';
import type { Trust } from './trust.ts';

const LOOK_EVERY_MS = 2_000;

export interface ChainWatch {
  /** The gateways of this node whose answers would not verify now, and why. */
  readonly unverified: () => ReadonlyMap<string, TrustErrorCode>;
  readonly stop: () => void;
}

interface Parts {
  readonly trust: Pick<Trust, 'gateways' | 'resolver'>;
  readonly metrics: Registry;
  readonly log: Logger;
}

/**
 * Asks of each gateway what a venue's verifier will ask: does its chain stand, and does it name the key that signs now?
 * An answer that nobody can verify is worth nothing, so readiness says so before a venue finds out.
 */
export function watchChains({ trust, metrics, log }: Parts): ChainWatch {
  const unverified = new Map<string, TrustErrorCode>();
  const gauge = new Gauge({
    name: 'huren_chain_verified',
    help: '1 while the answers of a gateway verify up to the anchor',
    labelNames: ['entity'],
    registers: [metrics],
  });
  const look = async () => {
    for (const gateway of trust.gateways.values()) {
      const { entityId } = gateway;
      const fault = await faultOf(trust.resolver, gateway, log);
      gauge.set({ entity: entityId }, fault === null ? 1 : 0);
      if (fault === (unverified.get(entityId) ?? null)) continue;
      if (fault === null) {
        unverified.delete(entityId);
        log.info({ entity: entityId }, 'the chain verifies');
      } else {
        unverified.set(entityId, fault);
        log.warn({ entity: entityId, code: fault }, 'the chain does not verify');
      }
    }
  };
  for (const { entityId } of trust.gateways.values()) unverified.set(entityId, 'fetch_failed');
  let looking = false;
  const lookOnce = () => {
    if (looking) return;
    looking = true;
    look().finally(() => {
      looking = false;
    });
  };
  lookOnce();
  const timer = setInterval(lookOnce, LOOK_EVERY_MS).unref();
  return { unverified: () => unverified, stop: () => clearInterval(timer) };
}

/** Never throws: a look that ends early would leave readiness as it was, and a rejection nobody waits for ends the process. */
async function faultOf(
  resolver: Trust['resolver'],
  { entityId, attestationKeys }: GatewayIdentity,
  log: Logger,
): Promise<TrustErrorCode | null> {
  if (resolver === null) return 'anchor_unknown';
  try {
    const { metadata } = await resolver.resolve(entityId);
    const { data } = recognitionGatewayMetadataSchema.safeParse(metadata[RECOGNITION_GATEWAY]);
    return data?.jwks.keys.some(({ kid }) => kid === attestationKeys.signer.kid) === true ? null : 'key_unknown';
  } catch (error) {
    if (error instanceof TrustError) return error.code;
    log.error(
      { entity: entityId, reason: error instanceof Error ? error.message : 'unknown' },
      'the chain is unreadable',
    );
    return 'fetch_failed';
  }
}
