import { readFileSync } from 'node:fs';
import type { JwkSet } from '../trust/public-key.ts';
import { type RegistryPin, trustBundleSchema } from '../trust/trust-bundle.ts';
import type { TrustAnchor } from '../trust/trust-chain.ts';
import { ConfigError } from './config.ts';

/** Whom a gateway believes: the federation's anchor, and whoever may create its registry. */
export interface PinnedAnchor {
  readonly federation: TrustAnchor;
  readonly registry: TrustAnchor;
  /** Whose log keys count; undefined where the file pins none. */
  readonly pin: RegistryPin | undefined;
  /** Who may sign trust lists and rules of certificates; null where the file pins nobody. */
  readonly credentialSigners: JwkSet | null;
}

/**
 * The anchor file that the operator configured, or null. Without a `registry` member the anchor's own keys may create
 * the registry. Throws ConfigError naming the setting.
 */
export function readAnchor(file: string | null): PinnedAnchor | null {
  if (file === null) return null;
  try {
    const { entity_id, jwks, registry, credential_signers } = trustBundleSchema.parse(
      JSON.parse(readFileSync(file, 'utf8')),
    );
    const federation = { entity_id, jwks };
    const credentialSigners = credential_signers ?? null;
    return { federation, registry: registry ?? federation, pin: registry, credentialSigners };
  } catch (cause) {
    throw new ConfigError('HUREN_ANCHOR_FILE: not a readable anchor file', { cause });
  }
}
