import type { CheckpointTrust } from '../log/checkpoint.ts';
import { parseVerifierKey } from '../log/note.ts';
import type { FoldState } from './fold-state.ts';

/** Whom to believe about a checkpoint whose entries lead to this state. Before the first entry: whoever is pinned. */
export function trustIn({ log }: Pick<FoldState, 'log'>, pinned: readonly string[]): CheckpointTrust {
  return log === null ? trustOf(pinned[0]?.split('+')[0] ?? '', pinned) : trustOf(log.origin, log.keys);
}

/** Whom to believe about an older checkpoint of the same log: also keys that were retired since. */
export function trustSoFar({ log }: Pick<FoldState, 'log'>, pinned: readonly string[]): CheckpointTrust {
  return log === null ? trustIn({ log }, pinned) : trustOf(log.origin, [...new Set([...log.keys, ...log.retired])]);
}

function trustOf(origin: string, keys: readonly string[]): CheckpointTrust {
  return { origin, logKeys: keys.map(parseVerifierKey), witnesses: [] };
}
