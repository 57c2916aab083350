import { hash } from 'node:crypto';
import { existsSync, readdirSync, renameSync, statSync, utimesSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { readIfThere, writePrivateFile } from '../keys/private-file.ts';
import { parseCheckpoint } from '../log/checkpoint.ts';
import { LogError } from '../log/log-error.ts';
import { sameBytes } from '../log/merkle.ts';
import { treeRoot } from '../log/merkle-proof.ts';
import type { LogReader, TreeHead } from '../log/store.ts';
import { RegistryError } from './registry-error.ts';
import { onStore } from './replay.ts';

/** A checkpoint that this node has signed or believed, as its own file has it. */
export interface KeptCheckpoint extends TreeHead {
  readonly note: string;
}

/**
 * The last checkpoint, kept outside the store: whoever puts back an older store, or another one, cannot put this back
 * with it. Null where there is none. Throws `checkpoint_damaged`.
 */
export function readKept(path: string): KeptCheckpoint | null {
  const note = readIfThere(path);
  if (note === null) return null;
  try {
    return { note, ...parseCheckpoint(note) };
  } catch (cause) {
    if (!(cause instanceof LogError)) throw cause;
    throw new RegistryError(
      'checkpoint_damaged',
      `${path} holds no checkpoint: compare the log with a checkpoint kept elsewhere (huren log verify --checkpoint), then move that file away`,
      { cause },
    );
  }
}

/**
 * Keeps a checkpoint unless one as large is kept already. Durable before it returns. Throws `registry_unavailable`: what
 * could not be kept must not be acknowledged either.
 */
export function keepOutside(path: string, note: string): void {
  const kept = readKept(path);
  if (kept !== null && kept.size >= parseCheckpoint(note).size) return;
  try {
    writePrivateFile(path, note);
  } catch (cause) {
    throw new RegistryError('registry_unavailable', `${path} cannot be written`, { cause });
  }
}

/** Notes when the kept checkpoint was last confirmed, so that a restart does not make an old state look new. */
export function confirmKept(path: string, nowS: number): void {
  if (existsSync(path)) utimesSync(path, nowS, nowS);
}

/** When the kept checkpoint was last confirmed, in seconds since 1970; null where none is kept. */
export function confirmedAtS(path: string): number | null {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat === undefined ? null : Math.floor(stat.mtimeMs / 1000);
}

/** Throws `log_shorter` or `log_other` where the store is not the one that the kept checkpoint was made of, or a longer one. */
export async function refuseLoss(kept: KeptCheckpoint | null, store: LogReader): Promise<void> {
  const loss = kept === null ? null : await lossOf(kept, store);
  if (loss !== null) throw loss;
}

/** How the store falls short of the kept checkpoint, or null. */
export async function lossOf({ size, root }: KeptCheckpoint, store: LogReader): Promise<RegistryError | null> {
  const remedy = 'restore the whole log, or accept the loss with: huren registry restore --accept-loss';
  return await onStore(async () => {
    const head = await store.head();
    if (head.size < size) {
      return new RegistryError('log_shorter', `the log has ${head.size} entries, and ${size} were signed: ${remedy}`);
    }
    const stored = size === head.size ? head.root : await treeRoot(size, (nodes) => store.hashes(nodes));
    if (sameBytes(stored, root)) return null;
    return new RegistryError('log_other', `the first ${size} entries are not those that were signed: ${remedy}`);
  });
}

/** Moves the kept checkpoint aside, where it stays as evidence of what was signed. Gives its new path. */
export function setAside(path: string, { note, size }: KeptCheckpoint): string {
  const aside = asidePath(path, size, note);
  renameSync(path, aside);
  return aside;
}

/** The checkpoints that were set aside: this log's keys signed them, and must not contradict them. */
export function readAside(path: string): KeptCheckpoint[] {
  const folder = dirname(path);
  const stem = basename(path, '.txt');
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.startsWith(`${stem}.`) && name.endsWith('.txt') && name !== `${stem}.txt`)
    .flatMap((name) => readKept(join(folder, name)) ?? []);
}

function asidePath(path: string, size: number, note: string): string {
  const shortHash = hash('sha256', note, 'hex').slice(0, 8);
  return join(dirname(path), `${basename(path, '.txt')}.${size}-${shortHash}.txt`);
}
