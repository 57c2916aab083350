import type { Router } from 'express';
import { type ProvinceCode, provinceCodeSchema } from '../../schemas/code-lists/index.ts';
import { ProblemError } from '../problem-error.ts';
import { peekEntityStatement } from '../trust/entity-statement.ts';
import { signTrustBundle, TRUST_BUNDLE_TYP } from '../trust/signed-bundle.ts';
import type { Signer } from '../trust/signer.ts';
import { STATUS_ISSUER, type TrustBundle } from '../trust/trust-bundle.ts';
import { paced } from './paced.ts';
import { allowOnly } from './query.ts';
import { resource } from './route.ts';

const EVERY_MS = 1_000;

/** A gateway as it signs. */
interface SigningGateway {
  readonly entityId: string;
  readonly signer: () => Signer;
}

interface Parts {
  readonly gatewayOf: (destination: ProvinceCode) => SigningGateway | null;
  readonly anyGateway: () => SigningGateway | null;
  readonly trustBundle: () => Promise<TrustBundle | null>;
  readonly nowMs: () => number;
}

/**
 * GET /v1/trust-bundle: what a scanner verifies with while it has no network, signed for a day by the gateway of
 * `destination` (any of this node unless told). A status list in it ends sooner than that, and no pass verifies without one.
 */
export function mountTrustBundle(router: Router, { gatewayOf, anyGateway, trustBundle, nowMs }: Parts): void {
  const signing = new Map<string, () => Promise<string | null>>();
  const signedBy = async (gateway: SigningGateway): Promise<string | null> => {
    const whole = await trustBundle();
    if (whole === null) return null;
    const bundle = forScanner(whole, gateway.entityId);
    return await signTrustBundle(
      { issuer: gateway.entityId, bundle, nowS: Math.floor(nowMs() / 1000) },
      gateway.signer(),
    );
  };
  /** Anybody may ask: what is collected and signed is shared by whoever asks within a second. */
  const pacedFor = (gateway: SigningGateway) => {
    const known = signing.get(gateway.entityId);
    if (known !== undefined) return known;
    const one = paced(() => signedBy(gateway), EVERY_MS);
    signing.set(gateway.entityId, one);
    return one;
  };
  resource(router, '/v1/trust-bundle', {
    GET: async (request, response) => {
      allowOnly(request, ['destination']);
      const asked = provinceCodeSchema.optional().safeParse(request.query['destination']);
      if (!asked.success) throw new ProblemError('body_invalid', 'destination: must be a province');
      const gateway = asked.data === undefined ? anyGateway() : gatewayOf(asked.data);
      const token = gateway === null ? null : await pacedFor(gateway)();
      if (token === null) throw new ProblemError('not_found', 'no such gateway is here, or it has no trust anchor');
      response.set('cache-control', 'no-cache').type(`application/${TRUST_BUNDLE_TYP}`).send(token);
    },
  });
}

/**
 * What a door of this gateway's verifies with: its own chain and status lists, and whoever signs statements. A scanner
 * fetches it again and again, and the rest of the federation proves nothing to it.
 */
function forScanner(bundle: TrustBundle, gatewayId: string): TrustBundle {
  const { chains, historical_keys, status_lists } = bundle;
  const isNeeded = (entityId: string) => entityId === gatewayId || signsStatements(chains[entityId]?.[0]);
  const needed = new Set(Object.keys(chains).filter(isNeeded));
  const only = <T>(all: Readonly<Record<string, T>>, isOurs: (name: string) => boolean) =>
    Object.fromEntries(Object.entries(all).filter(([name]) => isOurs(name)));
  return {
    ...bundle,
    chains: only(chains, (entityId) => needed.has(entityId)),
    historical_keys: only(historical_keys, (entityId) => needed.has(entityId)),
    status_lists: only(status_lists, (uri) => uri.startsWith(`${gatewayId}/`)),
  };
}

function signsStatements(configuration: string | undefined): boolean {
  if (configuration === undefined) return false;
  const statement = peekEntityStatement(configuration);
  return statement.kind === 'configuration' && statement.claims.metadata?.[STATUS_ISSUER] !== undefined;
}
