import { hash } from 'node:crypto';
import { jsonOrUndefined } from '../../schemas/json-text.ts';
import { type Manifest, manifestSchema } from '../../schemas/manifest.ts';

/** More than there are systems with a version beside the active one: what is in use must not be parsed at every change. */
const MOST_KEPT = 8_192;
const kept = new Map<string, Manifest>();

/** base64url SHA-256 over the text's UTF-8 bytes. */
export function digestOf(text: string): string {
  return hash('sha256', text, 'base64url');
}

/**
 * The manifest that a text holds, or null. A text that was parsed before is not parsed again: the same manifest object
 * then stands for the same bytes, so that unchanged adapters can be told by identity.
 */
export function parseManifest(text: string, digest: string = digestOf(text)): Manifest | null {
  const known = kept.get(digest);
  if (known !== undefined) return known;
  const parsed = manifestSchema.safeParse(jsonOrUndefined(text));
  if (!parsed.success) return null;
  if (kept.size >= MOST_KEPT) kept.delete(kept.keys().next().value ?? digest);
  kept.set(digest, parsed.data);
  return parsed.data;
}
