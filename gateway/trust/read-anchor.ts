import { readFileSync } from 'node:fs';
import { ConfigError } from '../config.ts';
import { trustBundleSchema } from './trust-bundle.ts';
import type { TrustAnchor } from './trust-chain.ts';

/** The trust anchor that the operator configured, or null. Throws ConfigError naming the setting. */
export function readAnchor(file: string | null): TrustAnchor | null {
  if (file === null) return null;
  try {
    const { entity_id, jwks } = trustBundleSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
    return { entity_id, jwks };
  } catch (cause) {
    throw new ConfigError('HUREN_ANCHOR_FILE: not a readable anchor file', { cause });
  }
}
