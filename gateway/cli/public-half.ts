import { z } from 'zod';
import { jsonOrUndefined } from '../../schemas/json-text.ts';
import { formatVerifierKey, noteKey, rawPublicKey } from '../log/note.ts';
import { entityIdSchema } from '../trust/entity-claims.ts';
import { type PublicJwk, publicJwkSchema } from '../trust/public-key.ts';
import { readBoundedFile } from './bounded-input.ts';
import { CliError } from './cli-error.ts';

/** Who holds the keys of a file, and their public halves; of a log's key, its verifier keys (C2SP signed-note). */
export type PublicHalf =
  | { readonly entityId: string | null; readonly keys: readonly PublicJwk[] }
  | { readonly origin: string; readonly verifierKeys: readonly string[] };

const MAX_KEY_FILE_BYTES = 262_144;

// What is not named here, the private half first of all, is dropped while parsing.
const halfSchema = z.discriminatedUnion('kty', [
  z.object({ kty: z.literal('EC'), crv: z.literal('P-256'), x: z.string(), y: z.string() }),
  z.object({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: z.string() }),
]);
type Half = z.infer<typeof halfSchema>;
const namedSchema = z.object({ kid: z.string().min(1).max(256) });
const ringSchema = z.object({
  entity_id: entityIdSchema.exactOptional(),
  origin: z.string().exactOptional(),
  keys: z.array(namedSchema.extend({ state: z.string(), jwk: halfSchema })).min(1),
});

/**
 * The public half of any key file, of the keys that are in use or announced. Throws CliError `file_unreadable`,
 * `key_file_damaged`; no message quotes the file.
 */
export function readPublicHalf(path: string): PublicHalf {
  const file = readBoundedFile(path, MAX_KEY_FILE_BYTES);
  if (file === 'missing')
    throw CliError.of('file_unreadable', { zh: `没有文件 ${path}`, en: `there is no file ${path}` });
  const half = file === 'too_large' ? null : halfOf(jsonOrUndefined(file.text));
  if (half !== null) return half;
  throw CliError.of('key_file_damaged', { zh: `${path} 不是密钥文件`, en: `${path} is no key file` });
}

function halfOf(document: unknown): PublicHalf | null {
  const ring = ringSchema.safeParse(document);
  if (!ring.success) return null;
  const { entity_id, origin, keys } = ring.data;
  const usable = keys.filter(({ state }) => state === 'active' || state === 'announced');
  if (origin !== undefined) return { origin, verifierKeys: usable.map(({ jwk }) => verifierKey(origin, jwk)) };
  return { entityId: entity_id ?? null, keys: usable.map(({ kid, jwk }) => publicJwk(kid, jwk)) };
}

function publicJwk(kid: string, { kty, crv, ...half }: Half): PublicJwk {
  const alg = crv === 'Ed25519' ? 'EdDSA' : 'ES256';
  return publicJwkSchema.parse({ kty, crv, ...half, kid, alg, use: 'sig' });
}

function verifierKey(origin: string, half: Half): string {
  return formatVerifierKey(noteKey(origin, 'ed25519', rawPublicKey(half)));
}
