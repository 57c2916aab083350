import { createHash, randomBytes } from 'node:crypto';
import { SDJwtInstance } from '@sd-jwt/core';
import { DISCLOSABLE_CLAIMS, STATEMENT_TYP, type StatusClaims } from '../../schemas/statement.ts';
import type { SandboxKey } from './keys.ts';

const STATEMENT_LIFETIME_S = 300;

/** Signs the normalised claims of one answer as a status statement with all four disclosures. */
export type StatementSigner = (claims: StatusClaims, nowMs: number) => Promise<string>;

/** A province's SD-JWT (RFC 9901) issuer; `issuer` is its entity id, `keyInUse` says which key it signs with now. */
export function openStatementSigner(keyInUse: () => SandboxKey, issuer: string): StatementSigner {
  let opened = openIssuer(keyInUse());
  return async (claims, nowMs) => {
    const key = keyInUse();
    if (opened.kid !== key.published.kid) opened = openIssuer(key);
    const iat = Math.floor(nowMs / 1000);
    return await opened.issue({ iss: issuer, iat, exp: iat + STATEMENT_LIFETIME_S, ...claims });
  };
}

type Claims = StatusClaims & { readonly iss: string; readonly iat: number; readonly exp: number };

function openIssuer(key: SandboxKey) {
  const { kid, jwk } = key.published;
  const instance = new SDJwtInstance({
    signer: (data: string) => key.sign(data).toString('base64url'),
    signAlg: jwk.alg,
    hasher: (data: string | ArrayBuffer) =>
      createHash('sha256')
        .update(typeof data === 'string' ? data : new Uint8Array(data))
        .digest(),
    hashAlg: 'sha-256',
    saltGenerator: () => randomBytes(16).toString('base64url'),
  });
  const header = { typ: STATEMENT_TYP, kid };
  const frame = { _sd: [...DISCLOSABLE_CLAIMS] };
  return { kid, issue: (claims: Claims) => instance.issue(claims, frame, { header }) };
}

/** The same statement with a signature that cannot verify: its last 64 octets inverted. */
export function spoilSignature(statement: string): string {
  const [jws = '', ...disclosures] = statement.split('~');
  const [header = '', payload = '', signature = ''] = jws.split('.');
  const spoilt = Buffer.from(signature, 'base64url').map((octet) => octet ^ 0xff);
  return [`${header}.${payload}.${Buffer.from(spoilt).toString('base64url')}`, ...disclosures].join('~');
}
