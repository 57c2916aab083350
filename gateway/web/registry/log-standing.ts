import { z } from 'zod';
import { jsonOrUndefined } from '../../../schemas/json-text.ts';
import type { LogFault } from '../../../schemas/texts/registry.ts';
import { decodeBase64, encodeBase64 } from '../../log/base64.ts';
import { type Checkpoint, type VerifiedCheckpoint, verifyCheckpoint } from '../../log/checkpoint.ts';
import { LogError } from '../../log/log-error.ts';
import { sameBytes } from '../../log/merkle.ts';
import { parseVerifierKey } from '../../log/note.ts';
import { extendsTo } from './log-reader.ts';

const KEPT = 'huren-registry-log';
/** What this browser saw the first time, and how far the log was when it last looked. Nothing about a person. */
const keptSchema = z.object({
  keys: z.array(z.string().max(400)).min(1).max(8),
  size: z.int().min(1),
  root: z.string().max(64),
});
type Kept = z.infer<typeof keptSchema>;

/** A head of the log, with the verifier keys that it is held against. */
export interface SignedHead {
  readonly size: number;
  /** In base64. */
  readonly root: string;
  readonly keys: readonly string[];
}

/**
 * How the log stands with this browser. `since`: the size that it has seen before; null on the first visit. `compared`: what
 * a person has to compare before the log is accepted; null where nothing that is served is signed.
 */
export type LogStanding =
  | { readonly head: Checkpoint; readonly keys: readonly string[]; readonly since: number | null }
  | { readonly fault: LogFault; readonly compared: { readonly seen: SignedHead; readonly served: SignedHead } | null };

/**
 * Whether to believe the gateway's tree head: signed by a key that was pinned on the first visit, and no other history
 * than was seen before. `claimed`: the verifier keys that the gateway names, which count on the first visit alone.
 */
export async function standingOf(note: string, claimed: readonly string[]): Promise<LogStanding> {
  const kept = readKept();
  const keys = kept?.keys ?? claimed;
  try {
    const head = verified(note, keys);
    if (head === null) {
      const other = kept === null ? null : verified(note, claimed);
      if (kept === null || other === null) return { fault: 'unsigned', compared: null };
      return { fault: 'keys_changed', compared: { seen: kept, served: signedHead(other, claimed) } };
    }
    if (kept !== null) {
      const fault = await faultSince(kept, head);
      if (fault !== null) return { fault, compared: { seen: kept, served: signedHead(head, keys) } };
    }
    keep({ keys: [...keys], size: head.size, root: encodeBase64(head.root) });
    return { head, keys, since: kept?.size ?? null };
  } catch (error) {
    if (error instanceof LogError) return { fault: 'unreadable', compared: null };
    throw error;
  }
}

function signedHead({ size, root }: Checkpoint, keys: readonly string[]): SignedHead {
  return { size, root: encodeBase64(root), keys };
}

/** A person has compared the log's keys and its head by another way: what the gateway shows next is believed. */
export function forgetLog(): void {
  localStorage.removeItem(KEPT);
}

/** The checkpoint where one of these keys signed it, or null. Throws LogError where it is none. */
export function verified(note: string, verifierKeys: readonly string[]): VerifiedCheckpoint | null {
  const logKeys = verifierKeys.map(parseVerifierKey);
  try {
    return verifyCheckpoint(note, { origin: logKeys[0]?.name ?? '', logKeys, witnesses: [] });
  } catch (error) {
    if (error instanceof LogError && (error.code === 'note_untrusted' || error.code === 'note_forged')) return null;
    throw error;
  }
}

async function faultSince(kept: Kept, head: Checkpoint): Promise<LogFault | null> {
  if (head.size < kept.size) return 'behind';
  const root = decodeBase64(kept.root) ?? new Uint8Array();
  const isSame = head.size === kept.size ? sameBytes(root, head.root) : await extendsTo(kept.size, root, head);
  return isSame ? null : 'forked';
}

/** A browser that keeps nothing sees every log for the first time. */
function readKept(): Kept | null {
  try {
    const text = localStorage.getItem(KEPT);
    return text === null ? null : (keptSchema.safeParse(jsonOrUndefined(text)).data ?? null);
  } catch {
    return null;
  }
}

function keep(kept: Kept): void {
  try {
    localStorage.setItem(KEPT, JSON.stringify(kept));
  } catch {
    // Nothing is lost but what the next visit would be compared with.
  }
}
