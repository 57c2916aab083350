import { base64url } from 'jose';
import { nodeCrypto } from '../node-crypto.ts';

/** base64url(SHA-256) of a text in UTF-8. Where node is there its synchronous hash is used: a signed answer needs five. */
export async function sha256Base64url(text: string): Promise<string> {
  if (nodeCrypto !== undefined) return nodeCrypto.hash('sha256', text, 'base64url');
  return base64url.encode(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))));
}
