import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { z } from 'zod';
import { type CheckpointTrust, signCheckpoint } from '../log/checkpoint.ts';
import { formatVerifierKey, noteKey } from '../log/note.ts';
import type { TreeHead } from '../log/store.ts';
import { readIfThere, writePrivateFile } from './private-file.ts';

const fileSchema = z.strictObject({
  origin: z.string().min(1).max(255),
  jwk: z.strictObject({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: z.string(), d: z.string() }),
});

/** The log's own Ed25519 keys: they sign checkpoints. */
export interface LogSigner {
  readonly origin: string;
  /** The one-line verifier key (C2SP signed-note) of the key in use. */
  readonly verifierKey: string;
  /** Those of every key that can sign here. */
  readonly verifierKeys: readonly string[];
  readonly trust: CheckpointTrust;
  /** One signature for each of these keys; for the one in use unless told otherwise. */
  readonly sign: (head: TreeHead, verifierKeys?: readonly string[]) => string;
}

/**
 * Opens the log's key (0600), making it where there is none. The origin is settled with the key: a log keeps its name
 * when the gateway moves to another address.
 */
export function openLogSigner(path: string, origin: string): LogSigner {
  const text = readIfThere(path);
  const file = text === null ? create(path, origin) : fileSchema.parse(JSON.parse(text));
  const privateKey = createPrivateKey({ key: file.jwk, format: 'jwk' });
  const key = noteKey(file.origin, 'ed25519', createPublicKey(privateKey));
  const verifierKey = formatVerifierKey(key);
  return {
    origin: file.origin,
    verifierKey,
    verifierKeys: [verifierKey],
    trust: { origin: file.origin, logKeys: [key], witnesses: [] },
    sign: ({ size, root }, verifierKeys = [verifierKey]) => {
      if (!verifierKeys.includes(verifierKey)) throw new Error('no key of these signs here');
      return signCheckpoint({ origin: file.origin, size, root }, { name: file.origin, privateKey });
    },
  };
}

function create(path: string, origin: string): z.infer<typeof fileSchema> {
  const jwk = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  const file = fileSchema.parse({ origin, jwk: { kty: jwk.kty, crv: jwk.crv, x: jwk.x, d: jwk.d } });
  writePrivateFile(path, `${JSON.stringify(file, null, 2)}\n`);
  return file;
}
