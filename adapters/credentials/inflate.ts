import { inflateSync } from 'fflate';
import { CredentialError } from './credential-error.ts';

/** Over ten times what the densest printable code holds when it is inflated. */
export const MAX_INFLATED_OCTETS = 32_768;
/** Method deflate with a window of up to 32 KiB, no dictionary (RFC 1950 section 2.2). */
const DEFLATE_METHOD = 8;
const MAX_WINDOW = 7;
const NEEDS_DICTIONARY = 0x20;
const HEADER_OCTETS = 2;
const CHECKSUM_OCTETS = 4;
const ADLER_MODULUS = 65_521;
/** So many sums of octets stay below 2^32. */
const ADLER_STEP = 3_800;

/**
 * Inflates a zlib stream (RFC 1950), to at most `MAX_INFLATED_OCTETS`; the checksum counts. What it gives stands until the
 * next call of either. Throws `compression_malformed` or `inflated_too_large`.
 */
export function inflateZlib(octets: Uint8Array): Uint8Array {
  const [method = 0, flags = 0] = octets;
  const isZlib =
    octets.length > HEADER_OCTETS + CHECKSUM_OCTETS &&
    (method & 0x0f) === DEFLATE_METHOD &&
    method >> 4 <= MAX_WINDOW &&
    (flags & NEEDS_DICTIONARY) === 0 &&
    (method * 256 + flags) % 31 === 0;
  if (!isZlib) throw malformed();
  const inflated = inflateRaw(octets.subarray(HEADER_OCTETS, -CHECKSUM_OCTETS));
  const sum = new DataView(octets.buffer, octets.byteOffset + octets.length - CHECKSUM_OCTETS).getUint32(0);
  if (sum !== adler32(inflated)) throw malformed();
  return inflated;
}

/** Inflates a raw deflate stream (RFC 1951), bounded and kept as in `inflateZlib`. Throws what `inflateZlib` throws. */
export function inflateRaw(octets: Uint8Array): Uint8Array {
  const inflated = inflateInto(octets, ROOM);
  if (inflated.length > MAX_INFLATED_OCTETS) throw new CredentialError('inflated_too_large', 'inflates to too much');
  return inflated;
}

/**
 * One octet more than is allowed: what fills it is too much, and what goes beyond it is never kept. One for all, since
 * nothing waits between its being filled and its being read.
 */
const ROOM = new Uint8Array(MAX_INFLATED_OCTETS + 1);

function inflateInto(octets: Uint8Array, out: Uint8Array): Uint8Array {
  try {
    return inflateSync(octets, { out });
  } catch {
    throw malformed();
  }
}

function adler32(octets: Uint8Array): number {
  let [low, high] = [1, 0];
  for (let start = 0; start < octets.length; start += ADLER_STEP) {
    const end = Math.min(start + ADLER_STEP, octets.length);
    for (let index = start; index < end; index += 1) {
      low += octets[index] ?? 0;
      high += low;
    }
    low %= ADLER_MODULUS;
    high %= ADLER_MODULUS;
  }
  return high * 65_536 + low;
}

function malformed(): CredentialError {
  return new CredentialError('compression_malformed', 'no deflated content');
}
