import { decodeBase64, encodeBase64 } from './base64.ts';
import { LogError } from './log-error.ts';
import { HASH_BYTES } from './merkle.ts';
import {
  findKey,
  formatNote,
  MAX_SIGNATURES,
  type NoteKey,
  type NoteSignature,
  parseNote,
  parseSignatureLine,
  verifySignature,
} from './note.ts';

/** A tree head as the log publishes it (C2SP tlog-checkpoint). */
export type Checkpoint = { readonly origin: string; readonly size: number; readonly root: Uint8Array };

/** Whom to believe: the log's name and keys, and the witnesses known. */
export type CheckpointTrust = {
  readonly origin: string;
  readonly logKeys: readonly NoteKey[];
  readonly witnesses: readonly NoteKey[];
};

/** A checkpoint that a log key signed, with the known witnesses that cosigned it. */
export type VerifiedCheckpoint = Checkpoint & {
  readonly cosignatures: readonly { readonly name: string; readonly timestampS: number }[];
};

// Clocks of witnesses differ a little; a signature from further ahead is an error or a trick.
const MAX_CLOCK_SKEW_S = 300;

/** Reads a checkpoint without believing it. `note_malformed` on any departure from the format. */
export function parseCheckpoint(note: string): Checkpoint {
  return parseText(parseNote(note).text);
}

/**
 * A checkpoint to rely on: of this origin, signed by a log key, and with no bad signature by a known key.
 * Signatures by strangers are ignored. `note_untrusted`: other origin or no log signature; `note_forged`: a known
 * key's signature is wrong, so the whole note is refused (C2SP signed-note).
 */
export function verifyCheckpoint(note: string, trust: CheckpointTrust): VerifiedCheckpoint {
  const { text, signatures } = parseNote(note);
  const checkpoint = parseText(text);
  if (checkpoint.origin !== trust.origin) throw new LogError('note_untrusted', 'a checkpoint of another log');
  const logSignatures = verifyKnown(text, signatures, trust.logKeys);
  if (logSignatures.length === 0) throw new LogError('note_untrusted', 'no key of this log signed the checkpoint');
  const cosignatures = verifyKnown(text, signatures, trust.witnesses).flatMap(({ name, timestampS }) =>
    timestampS === undefined ? [] : [{ name, timestampS }],
  );
  return { ...checkpoint, cosignatures };
}

/** As `verifyCheckpoint`, and null where that refuses: for whoever asks whose a checkpoint is. */
export function signedCheckpoint(note: string, trust: CheckpointTrust): VerifiedCheckpoint | null {
  try {
    return verifyCheckpoint(note, trust);
  } catch (error) {
    if (error instanceof LogError) return null;
    throw error;
  }
}

/**
 * Adds a known witness's signature line to a checkpoint; a newer line of the same witness takes the older one's place,
 * whichever of its keys made them. `note_untrusted`: not a known witness; `note_forged`: does not verify;
 * `note_out_of_time`: from the future, or older than the line already there; `note_malformed`: no line, or one too many.
 */
export function addCosignature(
  note: string,
  line: string,
  { witnesses, nowS }: { readonly witnesses: readonly NoteKey[]; readonly nowS: number },
): string {
  const { text, signatures } = parseNote(note);
  const added = parseSignatureLine(line.endsWith('\n') ? line.slice(0, -1) : line);
  const key = findKey(added, witnesses);
  if (key === undefined || key.algorithm !== 'cosignature') throw new LogError('note_untrusted', 'not a known witness');
  const addedS = timestampOf(text, added, key);
  const itsKeys = witnesses.filter(({ name, algorithm }) => name === key.name && algorithm === 'cosignature');
  const present = signatures.filter((signature) => findKey(signature, itsKeys) !== undefined);
  const isOlder = present.some((one) => timestampOf(text, one, findKey(one, itsKeys) ?? key) > addedS);
  if (addedS > nowS + MAX_CLOCK_SKEW_S || isOlder) {
    throw new LogError('note_out_of_time', `the time of ${key.name} cannot be right`);
  }
  const others = signatures.filter((signature) => !present.includes(signature));
  // Nobody reads a note with more lines: one witness too many would stop every follower.
  if (others.length >= MAX_SIGNATURES) throw new LogError('note_malformed', 'the note has no room for another witness');
  return formatNote({ text, signatures: [...others, added] });
}

function timestampOf(text: string, signature: NoteSignature, key: NoteKey): number {
  return verifySignature(text, signature, key).timestampS ?? 0;
}

function verifyKnown(text: string, signatures: readonly NoteSignature[], keys: readonly NoteKey[]) {
  return signatures.flatMap((signature) => {
    const key = findKey(signature, keys);
    return key === undefined ? [] : [{ name: key.name, ...verifySignature(text, signature, key) }];
  });
}

/** The text that is signed. `note_malformed` where it could not be read back. */
export function checkpointText({ origin, size, root }: Checkpoint): string {
  const text = `${origin}\n${size}\n${encodeBase64(root)}\n`;
  // What we could not read back we must never sign.
  parseText(text);
  return text;
}

function parseText(text: string): Checkpoint {
  const [origin, sizeText, rootText, ...rest] = text.split('\n');
  const extensions = rest.slice(0, -1);
  const size = /^(?:0|[1-9][0-9]{0,15})$/.test(sizeText ?? '') ? Number(sizeText) : Number.NaN;
  const root = decodeBase64(rootText ?? '');
  const endsInNewline = rest.at(-1) === '';
  if (
    !origin ||
    !Number.isSafeInteger(size) ||
    root?.length !== HASH_BYTES ||
    !endsInNewline ||
    extensions.includes('')
  ) {
    throw new LogError('note_malformed', 'not the text of a checkpoint');
  }
  return { origin, size, root };
}
