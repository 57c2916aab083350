import { decodeBase64 } from './base64url.ts';
import { CredentialListError } from './credential-list-error.ts';

const BLOCK = /-----BEGIN ([A-Z0-9 ]{1,40})-----([A-Za-z0-9+/=\s]{1,24000})-----END \1-----/g;

/**
 * The certificates of a PEM file (RFC 7468) in DER. Throws `list_malformed` where it has none, or a block of anything else:
 * a private key in a folder of certificates is to be found, not skipped.
 */
export function certificatesInPem(text: string): Uint8Array[] {
  const blocks = [...text.matchAll(BLOCK)];
  const ders = blocks.map(([, label, body = '']) =>
    label === 'CERTIFICATE' ? decodeBase64(body.replace(/\s/g, '')) : null,
  );
  const certificates = ders.filter((der) => der !== null);
  if (certificates.length === 0 || certificates.length < text.split('-----BEGIN ').length - 1) {
    throw new CredentialListError('list_malformed', 'not certificates alone');
  }
  return certificates;
}
