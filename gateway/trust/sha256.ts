import { sha256 } from '@noble/hashes/sha2.js';
import { base64url } from 'jose';
import { nodeCrypto } from '../node-crypto.ts';

/** base64url(SHA-256) of a text in UTF-8, at once: node's own where node is there, in a browser one in script. */
export function sha256Base64url(text: string): string {
  if (nodeCrypto !== undefined) return nodeCrypto.hash('sha256', text, 'base64url');
  return base64url.encode(sha256(new TextEncoder().encode(text)));
}
