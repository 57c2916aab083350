import { p521 } from '@noble/curves/nist';
import { sha512 } from '@noble/hashes/sha2';
import { z } from 'zod';
import { jsonOrUndefined } from '../../schemas/json-text.ts';
import { readCertificate } from './certificate.ts';
import { CredentialListError } from './credential-list-error.ts';
import { isIssuerAddress } from './jwks-trust.ts';

/** Octets of an uncompressed P-521 point. */
const P521_POINT_OCTETS = 133;
const MAX_ISSUERS = 20_000;
const snapshotSchema = z.object({
  time: z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
  issuerInfo: z
    .array(
      z.object({
        issuer: z.object({ iss: z.string().max(1_000) }),
        keys: z.array(z.looseObject({})).max(1_000),
        crls: z
          .array(z.looseObject({ kid: z.string().max(128) }))
          .max(1_000)
          .optional(),
      }),
    )
    .max(MAX_ISSUERS),
});

/** What a snapshot of the VCI directory of card issuers says. */
export interface VciSnapshot {
  /** Epoch seconds. */
  readonly takenS: number;
  readonly issuers: readonly {
    readonly iss: string;
    readonly keys: readonly object[];
    readonly crls: readonly object[];
  }[];
}

/**
 * Reads a daily snapshot of the VCI directory (`vci_snapshot.json`) with its signature (`vci_snapshot.sig`: ECDSA P-521 with
 * SHA-512 in DER, over the file as it is) by the directory's pinned certificate in DER. Entries whose address no issuer may
 * have are left out. Throws a CredentialListError.
 */
export function readVciSnapshot(file: Uint8Array, signature: Uint8Array, certificate: Uint8Array): VciSnapshot {
  const point = readCertificate(certificate)?.spki.subarray(-P521_POINT_OCTETS);
  if (point === undefined || !holds(signature, sha512(file), point)) {
    throw new CredentialListError('list_signature_invalid', 'not signed by the pinned certificate');
  }
  const parsed = snapshotSchema.safeParse(jsonOrUndefined(new TextDecoder().decode(file)));
  if (!parsed.success) throw new CredentialListError('list_malformed', 'not a snapshot of the directory');
  const issuers = parsed.data.issuerInfo.map(({ issuer: { iss }, keys, crls = [] }) => ({ iss, keys, crls }));
  return {
    takenS: Date.parse(parsed.data.time) / 1000,
    issuers: issuers.filter(({ iss }) => isIssuerAddress(iss)),
  };
}

function holds(signature: Uint8Array, digest: Uint8Array, point: Uint8Array): boolean {
  try {
    return p521.verify(signature, digest, point, { format: 'der', lowS: false });
  } catch {
    return false;
  }
}
