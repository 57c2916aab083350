import { deflateSync } from 'fflate';
import type { CredentialSigner } from './credential-signer.ts';

/** The text of a card's code. */
export function issueCard(keyId: string, claims: object, signer: CredentialSigner): string {
  return cardDigits(cardJws({ zip: 'DEF', alg: 'ES256', kid: keyId }, deflated(JSON.stringify(claims)), signer));
}

/** A compact JWS over octets that are compressed already. */
export function cardJws(header: object, compressed: Uint8Array, signer: CredentialSigner): string {
  const input = `${encode(Buffer.from(JSON.stringify(header)))}.${encode(compressed)}`;
  return `${input}.${encode(signer.sign(Buffer.from(input)))}`;
}

export function deflated(text: string): Uint8Array {
  return deflateSync(Buffer.from(text), { level: 9 });
}

/** Each character of a JWS as two digits, counted from `-`. */
export function cardDigits(jws: string): string {
  const pairs = [...jws].map((character) => String(character.charCodeAt(0) - 45).padStart(2, '0'));
  return `shc:/${pairs.join('')}`;
}

function encode(octets: Uint8Array): string {
  return Buffer.from(octets).toString('base64url');
}
