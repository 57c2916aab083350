import { hash, randomBytes } from 'node:crypto';
import {
  DISCLOSABLE_CLAIMS,
  STATEMENT_TYP,
  type StatementPayload,
  type StatusClaims,
} from '../../schemas/statement.ts';
import type { SignToken } from '../trust/signer.ts';

/** What a status statement lives at least: as long as an attestation. */
export const STATEMENT_LIFETIME_S = 300;
const SALT_BYTES = 16;

/** Whose statement it is and how long it stands, epoch seconds. */
export interface StatementTerms {
  readonly iss: string;
  readonly iat: number;
  readonly exp: number;
}

/**
 * Signs normalised claims as an SD-JWT (RFC 9901) with a disclosure for each claim that venues do not see. Salts are
 * fresh for each claim and statement, so that nobody can try values against a digest; digests are sorted, so that their
 * order tells nothing (section 4.2.4.1).
 */
export async function signStatement(claims: StatusClaims, terms: StatementTerms, sign: SignToken): Promise<string> {
  const disclosures = DISCLOSABLE_CLAIMS.map((name) => {
    const salt = randomBytes(SALT_BYTES).toString('base64url');
    return Buffer.from(JSON.stringify([salt, name, claims[name]])).toString('base64url');
  });
  const payload: StatementPayload = {
    ...terms,
    status: claims.status,
    status_as_of: claims.status_as_of,
    _sd: disclosures.map((disclosure) => hash('sha256', disclosure, 'base64url')).sort(),
    _sd_alg: 'sha-256',
  };
  const jwt = await sign({ typ: STATEMENT_TYP }, payload);
  return [jwt, ...disclosures, ''].join('~');
}
