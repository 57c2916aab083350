import { OperatorLogin, SESSION_LIFETIME_MS } from '../access/operator-login.ts';
import { CookieSeal } from '../access/sealed-cookie.ts';
import type { NodeParts } from './node-parts.ts';

/** The login of people who approve, where a provider is set for them. */
export function openOperators({
  config,
  nodeUrl,
  documents: { fetch },
  shared,
  nowMs,
}: NodeParts): OperatorLogin | null {
  const { operatorProvider: provider } = config;
  if (provider === null) return null;
  const seal = new CookieSeal(config.cacheSecret);
  const ended = shared.seenOnce('session', SESSION_LIFETIME_MS);
  return new OperatorLogin({ provider, gatewayId: nodeUrl, fetch, seal, ended, nowMs });
}
