import type { KeyObject } from 'node:crypto';
import { ed25519 } from '@noble/curves/ed25519.js';
import { nodeCrypto } from '../node-crypto.ts';
import { decodeBase64, encodeBase64 } from './base64.ts';
import { LogError } from './log-error.ts';
import { sha256 } from './merkle.ts';

/** `ed25519` signs the note's text; `cosignature` is a witness's timestamped signature (C2SP tlog-cosignature). */
export type NoteAlgorithm = 'ed25519' | 'cosignature';

/** A key known in advance. `id` is 8 hex digits: a name for the key, not a proof of it. `publicKey`: its 32 bytes. */
export type NoteKey = {
  readonly name: string;
  readonly id: string;
  readonly algorithm: NoteAlgorithm;
  readonly publicKey: Uint8Array;
};

/** One signature line; `bytes` is what follows the key id. */
export type NoteSignature = { readonly name: string; readonly keyId: string; readonly bytes: Uint8Array };

/** `text` ends in a newline and is what signatures cover. */
export type Note = { readonly text: string; readonly signatures: readonly NoteSignature[] };

const TYPE_BYTE: Record<NoteAlgorithm, number> = { ed25519: 0x01, cosignature: 0x04 };
const ED25519_KEY_BYTES = 32;
export const ED25519_SIGNATURE_BYTES = 64;
const KEY_ID_BYTES = 4;
// The specification wants at least 16 signatures accepted and some limit set; every province may be a witness.
export const MAX_SIGNATURES = 64;
/** The last second of the year 9999. */
const LATEST_S = 253_402_300_799;
const MAX_NOTE_CHARS = 64 * 1024;
const MAX_NAME_CHARS = 255;
const ENCODER = new TextEncoder();

/** The members of an Ed25519 key as a JWK. */
type OkpKey = { readonly crv?: string | undefined; readonly x?: string | undefined };
/** What node's own keys are, told without node: whoever imports this may have none. */
type ExportableKey = { readonly export: (options: { readonly format: 'jwk' }) => OkpKey };

/** A known key with its id worked out (C2SP signed-note, "Signatures"). `note_malformed` unless it has 32 bytes. */
export function noteKey(name: string, algorithm: NoteAlgorithm, publicKey: Uint8Array): NoteKey {
  requireName(name);
  if (publicKey.length !== ED25519_KEY_BYTES) throw new LogError('note_malformed', 'not an Ed25519 key');
  return { name, id: keyId(name, algorithm, publicKey), algorithm, publicKey };
}

/** The 32 bytes of an Ed25519 key. `note_malformed` for a key of another kind. */
export function rawPublicKey(key: ExportableKey | OkpKey): Uint8Array {
  const { crv, x } = 'export' in key ? key.export({ format: 'jwk' }) : key;
  if (crv !== 'Ed25519' || x === undefined) throw new LogError('note_malformed', 'not an Ed25519 key');
  return new Uint8Array(Buffer.from(x, 'base64url'));
}

/** `name+id+base64(type, key)`: the one-line form a verifier key is passed around in. */
export function formatVerifierKey(key: NoteKey): string {
  return `${key.name}+${key.id}+${encodeBase64(joined(Uint8Array.of(TYPE_BYTE[key.algorithm]), key.publicKey))}`;
}

/** Reads `formatVerifierKey`. `note_malformed` on anything else, or where the id does not fit the key. */
export function parseVerifierKey(text: string): NoteKey {
  const [, name, id, encoded] = /^([^+]{1,255})\+([0-9a-f]{8})\+([A-Za-z0-9+/=]{1,64})$/.exec(text) ?? [];
  const material = encoded === undefined ? undefined : decodeBase64(encoded);
  const algorithm = material?.[0] === TYPE_BYTE.cosignature ? 'cosignature' : 'ed25519';
  if (name === undefined || material?.length !== 1 + ED25519_KEY_BYTES || material[0] !== TYPE_BYTE[algorithm]) {
    throw new LogError('note_malformed', 'not a verifier key of a known type');
  }
  const key = noteKey(name, algorithm, material.slice(1));
  if (key.id !== id) throw new LogError('note_malformed', 'the key id does not fit the key');
  return key;
}

/**
 * Checks a signature made with a known key and returns when it was made, where it says (`timestampS`).
 * `note_forged` when it does not verify.
 */
export function verifySignature(text: string, signature: NoteSignature, key: NoteKey): { timestampS?: number } {
  const timestampS = key.algorithm === 'cosignature' ? readTimestampS(signature.bytes) : undefined;
  const message = timestampS === undefined ? ENCODER.encode(text) : cosignedMessage(text, timestampS);
  const proper = timestampS === undefined ? signature.bytes : signature.bytes.subarray(8);
  if (proper.length !== ED25519_SIGNATURE_BYTES || !isSigned(message, key, proper)) {
    throw new LogError('note_forged', `the signature of ${key.name} does not verify`);
  }
  return timestampS === undefined ? {} : { timestampS };
}

/** The signature's known key: same name and same id. Others are strangers and are to be ignored. */
export function findKey(signature: NoteSignature, keys: readonly NoteKey[]): NoteKey | undefined {
  return keys.find((key) => key.name === signature.name && key.id === signature.keyId);
}

/** The whole note as published. */
export function formatNote(note: Note): string {
  return `${note.text}\n${note.signatures.map(formatSignatureLine).join('')}`;
}

/** Splits a note into text and signatures without believing any of it. `note_malformed` on any departure. */
export function parseNote(note: string): Note {
  if (note.length > MAX_NOTE_CHARS || !note.isWellFormed() || hasControlCharacter(note)) {
    throw new LogError('note_malformed', 'not the text of a note');
  }
  const blank = note.lastIndexOf('\n\n');
  const lines = note.slice(blank + 2).split('\n');
  if (blank < 1 || lines.pop() !== '' || lines.length < 1 || lines.length > MAX_SIGNATURES) {
    throw new LogError('note_malformed', 'a note ends in a blank line and 1 to 64 signature lines');
  }
  return { text: note.slice(0, blank + 1), signatures: lines.map(parseSignatureLine) };
}

/** `— name base64(key id, signature)`, without its newline. `note_malformed` on any departure. */
export function parseSignatureLine(line: string): NoteSignature {
  const [, name, encoded] = /^\u2014 ([^ ]+) ([A-Za-z0-9+/=]+)$/.exec(line) ?? [];
  const bytes = encoded === undefined ? undefined : decodeBase64(encoded);
  if (name === undefined || bytes === undefined || bytes.length <= KEY_ID_BYTES) {
    throw new LogError('note_malformed', 'not a signature line');
  }
  requireName(name);
  return {
    name,
    keyId: hexOf(bytes.subarray(0, KEY_ID_BYTES)),
    bytes: bytes.slice(KEY_ID_BYTES),
  };
}

/** The signature as its line, newline included. */
export function formatSignatureLine(signature: NoteSignature): string {
  const id = Uint8Array.from(signature.keyId.match(/../g) ?? [], (digits) => Number.parseInt(digits, 16));
  return `\u2014 ${signature.name} ${encodeBase64(joined(id, signature.bytes))}\n`;
}

/** At once, wherever this runs: node's own where node is there, in a browser one in script. */
function isSigned(message: Uint8Array, key: NoteKey, signature: Uint8Array): boolean {
  if (nodeCrypto !== undefined) return nodeCrypto.verify(null, message, keyObjectOf(key), signature);
  try {
    return ed25519.verify(signature, message, key.publicKey, { zip215: false });
  } catch {
    // Bytes that are no point of the curve have signed nothing.
    return false;
  }
}

const keyObjects = new WeakMap<NoteKey, KeyObject>();

function keyObjectOf(key: NoteKey): KeyObject {
  const known = keyObjects.get(key);
  if (known !== undefined) return known;
  const x = Buffer.from(key.publicKey).toString('base64url');
  const made = node().createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  keyObjects.set(key, made);
  return made;
}

function node(): NonNullable<typeof nodeCrypto> {
  if (nodeCrypto === undefined) throw new LogError('unavailable', 'node’s own keys are with node alone');
  return nodeCrypto;
}

/** What a witness signs (C2SP tlog-cosignature, cosignature/v1). */
export function cosignedMessage(text: string, timestampS: number): Uint8Array {
  return ENCODER.encode(`cosignature/v1\ntime ${timestampS}\n${text}`);
}

function readTimestampS(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const timestampS = bytes.length >= 8 ? Number(view.getBigUint64(0)) : Number.NaN;
  // Beyond it no calendar here has a date, and whoever shows one would fail over it.
  if (!(timestampS <= LATEST_S)) throw new LogError('note_malformed', 'a cosignature without a usable time');
  return timestampS;
}

/** 8 hex digits: a name for a key. */
export function keyId(name: string, algorithm: NoteAlgorithm, rawKey: Uint8Array): string {
  const named = joined(ENCODER.encode(`${name}\n`), Uint8Array.of(TYPE_BYTE[algorithm]), rawKey);
  return hexOf(sha256(named).subarray(0, KEY_ID_BYTES));
}

function hexOf(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((total, part) => total + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** Whether a text can be a key's name (C2SP signed-note): no spaces and no plus. */
export function isName(text: string): boolean {
  return text.length <= MAX_NAME_CHARS && /^[^\s+]+$/u.test(text) && !hasControlCharacter(text);
}

/** `note_malformed` for what is no key name. */
export function requireName(name: string): void {
  if (!isName(name)) throw new LogError('note_malformed', 'not a key name');
}

function hasControlCharacter(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit < 0x20 && unit !== 0x0a) return true;
  }
  return false;
}
