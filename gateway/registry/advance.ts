import { verifyCheckpoint } from '../log/checkpoint.ts';
import { LogError } from '../log/log-error.ts';
import { sameBytes, verifyConsistency } from '../log/merkle.ts';
import type { LogReader, TreeHead } from '../log/store.ts';
import type { GenesisRule } from './apply-entry.ts';
import { catchUp, type ReadEntries, type RefusedEntry, type Replayed, rootOver } from './catch-up.ts';
import type { FoldState } from './fold-state.ts';
import type { LogSource } from './log-source.ts';
import { trustIn } from './log-trust.ts';
import { EntriesToMirror } from './mirror.ts';
import { RegistryError } from './registry-error.ts';
import { onStore } from './replay.ts';
import { witnessesOf } from './witnesses.ts';

export interface Step {
  readonly at: Replayed;
  /** A checkpoint of more entries than `at` has, as presented, and its tree head. */
  readonly note: string;
  readonly head: TreeHead;
  readonly source: LogSource;
  /** Where entries may lie already that an interrupted step brought here. */
  readonly mirror: Pick<LogReader, 'head' | 'read'>;
  /** Witnesses that have to have cosigned it. */
  readonly witnesses: number;
  readonly genesis: GenesisRule;
  readonly stopped: AbortSignal;
}

/** Where a checkpoint leads, with the entries to keep; or why its log is another one than the log known here. */
export type Advance =
  | { readonly next: Replayed; readonly entries: EntriesToMirror; readonly read: ReadEntries }
  | { readonly forked: string };

/**
 * Follows a checkpoint: every entry up to it is decided, together they must be its tree, and a key that is valid in the
 * state they lead to must have signed it. A key that was added by one of these very entries counts. Throws
 * RegistryError: `registry_foreign`, `tiles_damaged`, `registry_corrupt`, `registry_unavailable`, which is also a
 * checkpoint that too few witnesses have cosigned.
 */
export async function advance(step: Step): Promise<Advance> {
  const { at, note, head, source, mirror, genesis, stopped } = step;
  const mirrored = (await onStore(() => mirror.head())).size;
  const fromSource: ReadEntries = (from, to) => source.entries({ from, to, size: head.size }, stopped);
  const read: ReadEntries = async (from, to) =>
    to <= mirrored ? await onStore(() => mirror.read(from, to)) : await fromSource(from, to);
  const entries = new EntriesToMirror();
  const reached = await catchUp({ from: at, to: head.size, read, genesis, onStretch: entries.note });
  if (isTree(reached, head)) {
    believe(note, reached.state, genesis.logKeys ?? []);
    requireCosigned(step, reached.state);
    return { next: reached, entries, read };
  }
  believe(note, at.state, genesis.logKeys ?? []);
  if (!(await isContinued(step))) {
    return { forked: `no proof leads from the ${at.state.size} entries known here to the ${head.size} now shown` };
  }
  if (mirrored > at.state.size && isTree(await catchUp({ from: at, to: head.size, read: fromSource, genesis }), head)) {
    throw new RegistryError('registry_corrupt', `the mirror has other entries than the log beyond ${at.state.size}`);
  }
  throw await whatIsWrong(reached, step, fromSource);
}

/** Throws `registry_foreign` unless a key that is valid in this state signed the checkpoint. */
export function believe(note: string, state: FoldState, pinned: readonly string[]): void {
  try {
    verifyCheckpoint(note, trustIn(state, pinned));
  } catch (cause) {
    if (!(cause instanceof LogError)) throw cause;
    throw new RegistryError('registry_foreign', 'the checkpoint is not signed by a key of this log', { cause });
  }
}

/**
 * Throws `registry_unavailable` unless enough witnesses have cosigned: whoever holds the log key alone can show a follower a
 * history of its own, and cannot have others sign that they saw it. Nothing is wrong with a checkpoint that waits for them.
 */
function requireCosigned({ note, head, witnesses: needed, genesis }: Step, state: FoldState): void {
  if (needed === 0) return;
  const trust = { ...trustIn(state, genesis.logKeys ?? []), witnesses: witnessesOf(state) };
  const names = new Set(verifyCheckpoint(note, trust).cosignatures.map(({ name }) => name));
  if (names.size >= needed) return;
  const lacks = `${names.size} of the ${needed} witnesses that HUREN_WITNESSES wants have cosigned its ${head.size} entries`;
  throw new RegistryError('registry_unavailable', lacks);
}

function isTree(reached: Replayed | RefusedEntry, { root }: TreeHead): reached is Replayed {
  return 'range' in reached && sameBytes(reached.range.root(), root);
}

async function isContinued({ at, head, source, stopped }: Step): Promise<boolean> {
  const { size } = at.state;
  if (size === 0) return true;
  const { proof } = await source.consistency(size, head.size, stopped);
  return verifyConsistency({ size1: size, size2: head.size, root1: at.range.root(), root2: head.root, proof });
}

/** The log does continue what is known here: either an entry in it should never have been taken, or the copies are bad. */
async function whatIsWrong(
  reached: Replayed | RefusedEntry,
  { at, head }: Step,
  read: ReadEntries,
): Promise<RegistryError> {
  if ('refusedAt' in reached && sameBytes(await rootOver(at.range, head.size, read), head.root)) {
    const { refusedAt, why } = reached;
    return new RegistryError('registry_corrupt', `entry ${refusedAt} of the registry's log is refused: ${why}`);
  }
  return new RegistryError('tiles_damaged', `the entries offered are not those of the checkpoint of ${head.size}`);
}
