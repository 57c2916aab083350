import type { KeyObject } from 'node:crypto';
import { nodeCrypto } from '../node-crypto.ts';
import { type Checkpoint, checkpointText, parseCheckpoint } from './checkpoint.ts';
import { LogError } from './log-error.ts';
import {
  cosignedMessage,
  ED25519_SIGNATURE_BYTES,
  formatNote,
  formatSignatureLine,
  keyId,
  type NoteSignature,
  parseNote,
  rawPublicKey,
  requireName,
} from './note.ts';

/** A name and its Ed25519 private key: with node alone, as nobody signs a log in a browser. */
export type NoteSigner = { readonly name: string; readonly privateKey: KeyObject };

/** Who cosigns: a name, the public half of its Ed25519 key as 32 octets, and what signs, wherever the private half is. */
export interface Cosigner {
  readonly name: string;
  readonly publicKey: Uint8Array;
  readonly sign: (message: Uint8Array) => Uint8Array;
}

/** The published note for a tree head, signed by the log: with each key, where it has several for a while. */
export function signCheckpoint(checkpoint: Checkpoint, ...signers: readonly [NoteSigner, ...NoteSigner[]]): string {
  const text = checkpointText(checkpoint);
  return formatNote({ text, signatures: signers.map((signer) => signText(text, signer)) });
}

/** What a witness answers after it has seen that the checkpoint extends what it saw before: one signature line. */
export function cosignCheckpoint(note: string, witness: Cosigner, timestampS: number): string {
  const { text } = parseNote(note);
  parseCheckpoint(note);
  return formatSignatureLine(cosignText(text, witness, timestampS));
}

/** A plain Ed25519 signature over a note's text. */
function signText(text: string, signer: NoteSigner): NoteSignature {
  requireName(signer.name);
  const raw = rawPublicKey(node().createPublicKey(signer.privateKey));
  const bytes = new Uint8Array(node().sign(null, new TextEncoder().encode(text), signer.privateKey));
  return { name: signer.name, keyId: keyId(signer.name, 'ed25519', raw), bytes };
}

/** A witness's signature over a note's text at a time (C2SP tlog-cosignature, cosignature/v1). */
function cosignText(text: string, { name, publicKey, sign }: Cosigner, timestampS: number): NoteSignature {
  requireName(name);
  const bytes = new Uint8Array(8 + ED25519_SIGNATURE_BYTES);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(timestampS));
  bytes.set(sign(cosignedMessage(text, timestampS)), 8);
  return { name, keyId: keyId(name, 'cosignature', publicKey), bytes };
}

function node(): NonNullable<typeof nodeCrypto> {
  if (nodeCrypto === undefined) throw new LogError('unavailable', 'only node signs for a log');
  return nodeCrypto;
}
