import { statSync } from 'node:fs';
import { z } from 'zod';
import { jsonOrUndefined } from '../../schemas/json-text.ts';
import { keyOctetsSchema } from '../../schemas/key-octets.ts';
import { entityIdSchema, numericDateSchema } from '../../schemas/status.ts';
import type { KeyLife } from '../trust/key-lifecycle.ts';
import { publicJwkSchema } from '../trust/public-key.ts';
import type { SignerAlg } from '../trust/signer.ts';
import { KeyError } from './key-error.ts';
import { readPrivateFile, writePrivateFile } from './private-file.ts';
import { holdingLock } from './ring-lock.ts';

/** `d` where the key itself lies in the file, absent where a token keeps it. */
const storedJwkSchema = z.discriminatedUnion('crv', [
  z.strictObject({
    kty: z.literal('EC'),
    crv: z.literal('P-256'),
    x: keyOctetsSchema,
    y: keyOctetsSchema,
    d: keyOctetsSchema.exactOptional(),
  }),
  z.strictObject({
    kty: z.literal('OKP'),
    crv: z.literal('Ed25519'),
    x: keyOctetsSchema,
    d: keyOctetsSchema.exactOptional(),
  }),
]);
export type StoredJwk = z.infer<typeof storedJwkSchema>;

const storedKeySchema = z
  .strictObject({
    kid: z.string().min(1).max(256),
    state: z.enum(['announced', 'active', 'retired', 'revoked']),
    created_s: numericDateSchema,
    /** Absent: it does not change by itself. */
    expires_s: numericDateSchema.exactOptional(),
    retired_s: numericDateSchema.exactOptional(),
    revoked_s: numericDateSchema.exactOptional(),
    /** When somebody asked for an announced key of a gated ring to be put to use. */
    rotate_asked_s: numericDateSchema.exactOptional(),
    reason: z.string().max(64).exactOptional(),
    jwk: storedJwkSchema,
    /** The private half is in a PKCS#11 token, as the object whose CKA_ID is the kid. */
    token: z.literal(true).exactOptional(),
  })
  .refine(({ jwk, token }) => (jwk.d === undefined) === (token === true), 'the private half is in one place');
export type StoredKey = z.infer<typeof storedKeySchema>;
export const MAX_STORED_KEYS = 64;

/** The one form of every key file. `origin`: the name of the log that a log ring signs for. */
const ringSchema = z.strictObject({
  entity_id: entityIdSchema.exactOptional(),
  origin: z.string().min(1).max(255).exactOptional(),
  /** A running process decides when an announced key may be used: nobody else puts one to use. */
  gated: z.literal(true).exactOptional(),
  keys: z.array(storedKeySchema).min(1).max(MAX_STORED_KEYS),
});
export type StoredRing = z.infer<typeof ringSchema>;

/** A ring's file, null where there is none. Throws KeyError where others may read it or it is damaged. */
export function readRingFile(path: string): StoredRing | null {
  const text = readPrivateFile(path);
  if (text === null) return null;
  const parsed = ringSchema.safeParse(jsonOrUndefined(text));
  // The cause is not passed on: a parser's message can quote the file, and the file holds private keys.
  if (!parsed.success) throw new KeyError('key_file_damaged', `${path} is no key file`);
  return parsed.data;
}

/** Writes a ring's file. Only for one that nobody else can be changing. */
export function writeRingFile(path: string, ring: StoredRing): void {
  writePrivateFile(path, `${JSON.stringify(ring, null, 2)}\n`);
}

/** Changes a ring's file while nobody else does: the command line and several gateways may share one. */
export async function changeRingFile(
  path: string,
  change: (ring: StoredRing | null) => Promise<StoredRing>,
): Promise<StoredRing> {
  return await holdingLock(`${path}.lock`, async () => {
    const before = readRingFile(path);
    const after = await change(before);
    if (after !== before) writeRingFile(path, after);
    return after;
  });
}

/** What tells one version of a file from another, without reading it; null where there is no file. */
export function fileVersion(path: string): string | null {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat === undefined ? null : `${stat.ino}:${stat.mtimeMs}:${stat.size}:${stat.mode}`;
}

/** The algorithm that a stored key signs with. */
export function algOf({ crv }: StoredJwk): SignerAlg {
  return crv === 'P-256' ? 'ES256' : 'EdDSA';
}

/** A stored key's public half and its times. */
export function lifeOf(key: StoredKey): KeyLife {
  const { d: _private, ...jwk } = key.jwk;
  return {
    jwk: publicJwkSchema.parse({ ...jwk, kid: key.kid, alg: algOf(key.jwk), use: 'sig' }),
    state: key.state,
    announced_s: key.created_s,
    retired_s: key.retired_s ?? null,
    revoked_s: key.revoked_s ?? null,
    expires_s: key.expires_s ?? null,
    ...(key.reason === undefined ? {} : { reason: key.reason }),
  };
}
