import { createCipheriv, createDecipheriv, hkdfSync, randomBytes, scryptSync, timingSafeEqual } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { syncFolder } from '../keys/private-file.ts';
import { RecoveryError } from './recovery-error.ts';

// A sealed file, version 1: the magic line, a salt, a value by which a wrong passphrase is told from damage, then pieces of
// at most 64 KiB, each under AES-256-GCM with its tag. The nonce is the piece's number, and whether it is the last one: a
// piece that is changed, moved, left out or added does not authenticate, nor does one after which the rest is missing. The
// keys are of this file alone, since its salt is, so that a number is never used twice with one.
const MAGIC = Buffer.from('huren-backup/1\n');
const SALT_BYTES = 16;
const CHECK_BYTES = 16;
const HEAD_BYTES = MAGIC.length + SALT_BYTES + CHECK_BYTES;
const PIECE_BYTES = 64 * 1024;
const TAG_BYTES = 16;
const NONCE_BYTES = 12;
/** RFC 7914: 128 MiB and about half a second a guess. Fixed by the version, so that no file asks for more. */
const SCRYPT = { N: 2 ** 17, r: 8, p: 1, maxmem: 160 * 1024 * 1024 };

interface FileKeys {
  readonly content: Uint8Array;
  readonly check: Uint8Array;
}

/** Writes a sealed file: whole and durable once `finish` returns, and not there at all before. */
export interface SealedWriter {
  readonly write: (text: string) => void;
  /** Gives the size of the file in bytes. */
  readonly finish: () => number;
  /** Leaves nothing behind. Does nothing after `finish`. */
  readonly abandon: () => void;
}

/** Begins a sealed file that only its owner may read. Throws RecoveryError `file_present`. */
export function createSealedFile(path: string, passphrase: string): SealedWriter {
  const refusePresent = () => {
    if (existsSync(path)) throw new RecoveryError('file_present', `${path} is there already`);
  };
  refusePresent();
  const salt = randomBytes(SALT_BYTES);
  const keys = keysOf(passphrase, salt);
  const draft = `${path}.${process.pid}.draft`;
  const file = openSync(draft, 'wx', 0o600);
  let isOpen = true;
  let pending = Buffer.alloc(0);
  let number = 0;
  let bytes = 0;
  const put = (piece: Uint8Array) => {
    writeWhole(file, piece);
    bytes += piece.length;
  };
  const seal = (isLast: boolean) => {
    const cipher = createCipheriv('aes-256-gcm', keys.content, nonceOf(number, isLast));
    const piece = pending.subarray(0, PIECE_BYTES);
    put(Buffer.concat([cipher.update(piece), cipher.final(), cipher.getAuthTag()]));
    pending = pending.subarray(piece.length);
    number += 1;
  };
  put(Buffer.concat([MAGIC, salt, keys.check]));
  return {
    write: (text) => {
      pending = Buffer.concat([pending, Buffer.from(text)]);
      // One that is full is kept back: it may turn out to be the last.
      while (pending.length > PIECE_BYTES) seal(false);
    },
    finish: () => {
      seal(true);
      fsyncSync(file);
      closeSync(file);
      isOpen = false;
      refusePresent();
      renameSync(draft, path);
      syncFolder(dirname(path));
      return bytes;
    },
    abandon: () => {
      if (isOpen) closeSync(file);
      isOpen = false;
      rmSync(draft, { force: true });
    },
  };
}

/**
 * What a sealed file holds, piece by piece, each authenticated before it is given. Whoever stops early has not seen that
 * the end is there. Throws RecoveryError `passphrase_wrong`, `archive_damaged`, `archive_newer`, `file_unreadable`.
 */
export function* openSealedFile(path: string, passphrase: string): Generator<Buffer> {
  const file = openFile(path);
  try {
    const size = fstatSync(file).size;
    const head = readAt(file, 0, HEAD_BYTES);
    requireMagic(path, head);
    const salt = head.subarray(MAGIC.length, MAGIC.length + SALT_BYTES);
    const keys = keysOf(passphrase, salt);
    if (head.length < HEAD_BYTES) throw damaged(path);
    if (!timingSafeEqual(head.subarray(HEAD_BYTES - CHECK_BYTES), keys.check)) {
      throw new RecoveryError('passphrase_wrong', `${path} was sealed with another passphrase`);
    }
    let at = HEAD_BYTES;
    for (let number = 0, isLast = false; !isLast; number += 1) {
      const sealed = readAt(file, at, PIECE_BYTES + TAG_BYTES);
      at += sealed.length;
      isLast = at >= size;
      yield unsealed(path, sealed, keys.content, nonceOf(number, isLast));
    }
  } finally {
    closeSync(file);
  }
}

function unsealed(path: string, sealed: Buffer, key: Uint8Array, nonce: Uint8Array): Buffer {
  if (sealed.length < TAG_BYTES) throw damaged(path);
  const body = sealed.subarray(0, -TAG_BYTES);
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(body), decipher.final()]);
  } catch {
    throw damaged(path);
  }
}

function requireMagic(path: string, head: Buffer): void {
  const line = head.subarray(0, MAGIC.length);
  if (line.equals(MAGIC)) return;
  if (/^huren-backup\/[0-9]{1,4}\n?/.test(line.toString('latin1')) && line.length === MAGIC.length) {
    throw new RecoveryError('archive_newer', `${path} was written by a newer version of this program`);
  }
  throw new RecoveryError('archive_damaged', `${path} is no backup`);
}

function damaged(path: string): RecoveryError {
  return new RecoveryError('archive_damaged', `${path} is damaged, or its end is missing`);
}

function keysOf(passphrase: string, salt: Uint8Array): FileKeys {
  const secret = scryptSync(passphrase.normalize('NFC'), salt, 32, SCRYPT);
  const derived = (use: string, length: number) =>
    new Uint8Array(hkdfSync('sha256', secret, salt, `huren-backup/1 ${use}`, length));
  return { content: derived('content', 32), check: derived('check', CHECK_BYTES) };
}

function nonceOf(number: number, isLast: boolean): Uint8Array {
  const nonce = Buffer.alloc(NONCE_BYTES);
  nonce.writeUIntBE(number, NONCE_BYTES - 7, 6);
  nonce[NONCE_BYTES - 1] = isLast ? 1 : 0;
  return nonce;
}

function openFile(path: string): number {
  try {
    return openSync(path, 'r');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new RecoveryError('file_unreadable', `${path} cannot be read (${code})`);
  }
}

function readAt(file: number, at: number, most: number): Buffer {
  const bytes = Buffer.alloc(most);
  let length = 0;
  for (let read = 1; read > 0 && length < most; length += read) {
    read = readSync(file, bytes, length, most - length, at + length);
  }
  return bytes.subarray(0, length);
}

function writeWhole(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
}
