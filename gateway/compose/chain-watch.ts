import type { Logger } from 'pino';
import { Gauge, type Registry } from 'prom-client';
import type { Metadata } from '../trust/chain-rules.ts';
import type { JwkSet } from '../trust/public-key.ts';
import {
  RECOGNITION_GATEWAY,
  recognitionGatewayMetadataSchema,
  STATUS_ISSUER,
  statusIssuerMetadataSchema,
} from '../trust/trust-bundle.ts';
import { TrustError, type TrustErrorCode } from '../trust/trust-error.ts';
import type { Trust } from './trust.ts';

const LOOK_EVERY_MS = 2_000;

export interface ChainWatch {
  /**
   * The gateways of this node whose answers would not verify now, and why; the issuers where there is no gateway, since
   * venues are not turned away because a node beside theirs has a broken chain.
   */
  readonly unverified: () => ReadonlyMap<string, TrustErrorCode>;
  readonly stop: () => void;
}

interface Parts {
  readonly trust: Pick<Trust, 'gateways' | 'issuers' | 'resolver'>;
  readonly metrics: Registry;
  readonly log: Logger;
}

/**
 * Asks of each gateway and issuer what whoever verifies its answers will ask: does its chain stand, and does it name the
 * key that signs now? An answer that nobody can verify is worth nothing, so readiness says so before anybody finds out.
 */
export function watchChains({ trust, metrics, log }: Parts): ChainWatch {
  const unverified = new Map<string, TrustErrorCode>();
  const gauge = new Gauge({
    name: 'huren_chain_verified',
    help: '1 while the answers of a gateway or issuer verify up to the anchor',
    labelNames: ['entity'],
    aggregator: 'min',
    registers: [metrics],
  });
  const signing: SigningParty[] = [
    ...[...trust.gateways.values()].map(({ entityId, attestationKeys }) => ({
      entityId,
      isGateway: true,
      kid: () => attestationKeys.signer.kid,
      keysIn: (metadata: Metadata) => recognitionGatewayMetadataSchema.safeParse(metadata[RECOGNITION_GATEWAY]).data,
    })),
    ...[...trust.issuers.values()].map(({ entityId, statementKeys }) => ({
      entityId,
      isGateway: false,
      kid: () => statementKeys.signer.kid,
      keysIn: (metadata: Metadata) => statusIssuerMetadataSchema.safeParse(metadata[STATUS_ISSUER]).data,
    })),
  ];
  const look = async () => {
    for (const party of signing) {
      const { entityId } = party;
      const fault = await faultOf(trust.resolver, party, log);
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
  for (const { entityId } of signing) unverified.set(entityId, 'fetch_failed');
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
  const counting = new Set(
    signing.filter(({ isGateway }) => isGateway || trust.gateways.size === 0).map((one) => one.entityId),
  );
  return {
    unverified: () => new Map([...unverified].filter(([entityId]) => counting.has(entityId))),
    stop: () => clearInterval(timer),
  };
}

interface SigningParty {
  readonly entityId: string;
  readonly isGateway: boolean;
  readonly kid: () => string;
  readonly keysIn: (metadata: Metadata) => { readonly jwks: JwkSet } | undefined;
}

/** Never throws: a look that ends early would leave readiness as it was, and a rejection nobody waits for ends the process. */
async function faultOf(
  resolver: Trust['resolver'],
  { entityId, kid, keysIn }: SigningParty,
  log: Logger,
): Promise<TrustErrorCode | null> {
  if (resolver === null) return 'anchor_unknown';
  try {
    const { metadata } = await resolver.resolve(entityId);
    return keysIn(metadata)?.jwks.keys.some((key) => key.kid === kid()) === true ? null : 'key_unknown';
  } catch (error) {
    if (error instanceof TrustError) return error.code;
    log.error(
      { entity: entityId, reason: error instanceof Error ? error.message : 'unknown' },
      'the chain is unreadable',
    );
    return 'fetch_failed';
  }
}
