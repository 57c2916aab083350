import { createHash } from 'node:crypto';
import { issueHcert } from '../../adapters/sandbox/credentials/issue-hcert.ts';
import { claims, VACCINATED } from './credential-vectors/contents.ts';
import { ISSUERS } from './credential-vectors/issuers.ts';

const { any } = ISSUERS;
/** With this much beside the certified content, the code is one of version 30 at level M, the densest that is printed. */
const BESIDE_OCTETS = 940;

/**
 * A certificate of the densest kind, by an issuer on no list of the sandbox: that it is of an unknown issuer, and not broken, is
 * said of it where every one of its characters was read.
 */
export function denseCertificate(): string {
  const beside: [number, unknown][] = [[-70_000, octetsOf('beside', BESIDE_OCTETS)]];
  const protectedHeader = new Map<number, unknown>([
    [1, -7],
    [4, any.keyId],
  ]);
  return issueHcert({ claims: claims(1, VACCINATED, beside), protectedHeader }, any.signer);
}

/** Octets that nothing compresses, the same every time. */
function octetsOf(name: string, length: number): Uint8Array {
  const parts = Array.from({ length: Math.ceil(length / 32) }, (_, index) =>
    createHash('sha256').update(`${name} ${index}`).digest(),
  );
  return Uint8Array.from(Buffer.concat(parts).subarray(0, length));
}
