import { checkPrimeSync, constants, createHash, createPrivateKey, createPublicKey, privateDecrypt } from 'node:crypto';
import type { CredentialSigner } from '../../../adapters/sandbox/credentials/credential-signer.ts';

const PRIME_OCTETS = 128;
const SALT_OCTETS = 32;
const EXPONENT = 65_537n;

/**
 * An RSA key of 2,048 bits made of its name, which is no secret, with a salt made of what is signed: its PS256 signatures
 * always come out the same, so vectors do.
 */
export function namedPs256Signer(name: string): CredentialSigner {
  const [p, q] = [namedPrime(`${name} p`), namedPrime(`${name} q`)];
  const d = inverse(EXPONENT, (p - 1n) * (q - 1n));
  const numbers = { n: p * q, e: EXPONENT, d, p, q, dp: d % (p - 1n), dq: d % (q - 1n), qi: inverse(q, p) };
  const jwk = Object.fromEntries(Object.entries(numbers).map(([member, value]) => [member, textOf(value)]));
  const key = createPrivateKey({ key: { kty: 'RSA', ...jwk }, format: 'jwk' });
  return {
    algorithm: 'PS256',
    spki: Uint8Array.from(createPublicKey(key).export({ format: 'der', type: 'spki' })),
    sign: (signed) => privateDecrypt({ key, padding: constants.RSA_NO_PADDING }, encodedForPss(signed)),
  };
}

/** EMSA-PSS (RFC 8017 section 9.1.1) for a modulus of 2,048 bits. */
function encodedForPss(signed: Uint8Array): Buffer {
  const digest = sha256(signed);
  const salt = sha256(Buffer.from('salt'), digest).subarray(0, SALT_OCTETS);
  const hash = sha256(Buffer.alloc(8), digest, salt);
  const block = Buffer.alloc(PRIME_OCTETS * 2 - hash.length - 1);
  block[block.length - SALT_OCTETS - 1] = 1;
  salt.copy(block, block.length - SALT_OCTETS);
  const masked = block.map((octet, index) => octet ^ maskOctet(hash, index));
  masked[0] = (masked[0] ?? 0) & 0x7f;
  return Buffer.concat([masked, hash, Buffer.of(0xbc)]);
}

/** MGF1 (RFC 8017 section B.2.1), one octet of it. */
function maskOctet(seed: Buffer, index: number): number {
  const counter = Buffer.alloc(4);
  counter.writeUInt32BE(Math.floor(index / 32));
  return sha256(seed, counter)[index % 32] ?? 0;
}

function namedPrime(name: string): bigint {
  let hex = '';
  for (let part = 0; hex.length < PRIME_OCTETS * 2; part += 1)
    hex += sha256(Buffer.from(`${name} ${part}`)).toString('hex');
  let candidate = BigInt(`0x${hex}`) | (3n << BigInt(PRIME_OCTETS * 8 - 2)) | 1n;
  while (!checkPrimeSync(candidate) || (candidate - 1n) % EXPONENT === 0n) candidate += 2n;
  return candidate;
}

function inverse(value: bigint, modulus: bigint): bigint {
  let [low, high, x, y] = [value % modulus, modulus, 1n, 0n];
  while (low > 1n) {
    const quotient = high / low;
    [low, high, x, y] = [high - quotient * low, low, y - quotient * x, x];
  }
  return ((x % modulus) + modulus) % modulus;
}

function textOf(value: bigint): string {
  const hex = value.toString(16);
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex').toString('base64url');
}

function sha256(...parts: readonly Uint8Array[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}
