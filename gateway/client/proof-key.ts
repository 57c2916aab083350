import { exportJWK, type JWK, SignJWT } from 'jose';
import { DPOP_PROOF_TYP } from '../trust/dpop-proof.ts';
import { sha256Base64url } from '../trust/sha256.ts';

/** What a proof is about: one request, and the token that goes with it (none yet where one is asked for). */
interface Proven {
  readonly method: string;
  readonly url: string;
  readonly accessToken?: string;
}

/**
 * A key that access tokens are bound to (RFC 9449). It is made here, cannot be taken out, and ends with the process: whoever
 * finds a token has nothing. The nonce that each host last gave is used from then on.
 */
export class ProofKey {
  readonly #privateKey: CryptoKey;
  readonly #jwk: JWK;
  readonly #nonces = new Map<string, string>();

  private constructor(privateKey: CryptoKey, jwk: JWK) {
    this.#privateKey = privateKey;
    this.#jwk = jwk;
  }

  static async create(): Promise<ProofKey> {
    const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
    const { privateKey, publicKey } = await crypto.subtle.generateKey(algorithm, false, ['sign', 'verify']);
    const { kty, crv, x, y } = await exportJWK(publicKey);
    return new ProofKey(privateKey, { kty: kty ?? '', crv: crv ?? '', x: x ?? '', y: y ?? '' });
  }

  /** The value of the DPoP header for one request. */
  async prove({ method, url, accessToken }: Proven): Promise<string> {
    const { origin, pathname } = new URL(url);
    const nonce = this.#nonces.get(origin);
    const claims = {
      jti: crypto.randomUUID(),
      htm: method,
      htu: `${origin}${pathname}`,
      ...(accessToken === undefined ? {} : { ath: await sha256Base64url(accessToken) }),
      ...(nonce === undefined ? {} : { nonce }),
    };
    return await new SignJWT(claims)
      .setProtectedHeader({ typ: DPOP_PROOF_TYP, alg: 'ES256', jwk: this.#jwk })
      .setIssuedAt()
      .sign(this.#privateKey);
  }

  /** Keeps the nonce that a reply of a host carries; true where it is another one than was used. */
  learn(url: string, headers: Headers): boolean {
    const nonce = headers.get('dpop-nonce');
    const { origin } = new URL(url);
    if (nonce === null || nonce === this.#nonces.get(origin)) return false;
    this.#nonces.set(origin, nonce);
    return true;
  }
}
