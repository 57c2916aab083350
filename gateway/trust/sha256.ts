import { base64url } from 'jose';

/** Node's own module without an import, so that this file also loads in a browser, where there is none. */
const nodeCrypto = globalThis.process?.getBuiltinModule?.('node:crypto');

/**
 * base64url(SHA-256) of a text in UTF-8. Where node is there its synchronous hash is used: WebCrypto hands every digest
 * to another thread, which costs some twenty times the hash itself, and a signed answer needs five.
 */
export async function sha256Base64url(text: string): Promise<string> {
  if (nodeCrypto !== undefined) return nodeCrypto.hash('sha256', text, 'base64url');
  return base64url.encode(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))));
}
