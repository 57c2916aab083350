import { addCosignature } from '../log/checkpoint.ts';
import { LogError } from '../log/log-error.ts';
import { isName, type NoteKey, noteKey, parseNote, rawPublicKey } from '../log/note.ts';
import type { LogStore } from '../log/store.ts';
import type { EntityRecord, FoldState, KeyRecord } from './fold-state.ts';

type CheckpointStore = Pick<LogStore, 'loadCheckpoint' | 'saveCheckpoint'>;

const MOST_TRIES = 4;

/**
 * The witnesses whose cosignatures count: every entity with an active Ed25519 key of use `witness`. A witness's note
 * name (C2SP signed-note) is its entity identifier without the scheme; one that is no such name keeps no other from counting.
 */
export function witnessesOf(state: FoldState): NoteKey[] {
  return [...state.entities.values()].flatMap((entity) => entity.keys.flatMap((key) => witnessKey(entity, key)));
}

function witnessKey(entity: EntityRecord, { use, state, jwk }: KeyRecord): NoteKey[] {
  if (entity.state !== 'enrolled' || use !== 'witness' || state !== 'active' || jwk.crv !== 'Ed25519') return [];
  if (!isName(witnessName(entity.entity_id))) return [];
  return [noteKey(witnessName(entity.entity_id), 'cosignature', rawPublicKey(jwk))];
}

/** The name under which an entity cosigns. */
export function witnessName(entityId: string): string {
  return entityId.replace(/^https?:\/\//, '');
}

/**
 * Adds one cosignature line (C2SP tlog-cosignature) to the checkpoint that it was made over, which is the newest signed
 * one or the newest cosigned one. Throws LogError `note_untrusted`, `note_forged`, `note_malformed`, `note_out_of_time`.
 */
export async function acceptCosignature(
  store: CheckpointStore,
  state: FoldState,
  line: string,
  nowS: number,
): Promise<string> {
  const witnesses = witnessesOf(state);
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const [signed, cosigned] = [await store.loadCheckpoint('signed'), await store.loadCheckpoint('cosigned')];
    if (signed === undefined) throw new LogError('unavailable', 'the log has not been signed yet');
    const candidates = [sameText(signed, cosigned) ? cosigned : signed, cosigned];
    const note = cosignEither(candidates, line, { witnesses, nowS });
    if (await store.saveCheckpoint('cosigned', note, cosigned)) return note;
  }
  throw new LogError('log_conflict', 'other witnesses keep cosigning');
}

/** The newest checkpoint, with the cosignatures that it has so far. */
export async function newestCheckpoint(store: CheckpointStore): Promise<string | undefined> {
  const [signed, cosigned] = [await store.loadCheckpoint('signed'), await store.loadCheckpoint('cosigned')];
  return signed !== undefined && sameText(signed, cosigned) ? cosigned : signed;
}

/** The log may have grown while a witness looked: the line then fits the checkpoint before, or none. */
function cosignEither(
  notes: readonly (string | undefined)[],
  line: string,
  known: { readonly witnesses: readonly NoteKey[]; readonly nowS: number },
): string {
  let refusal: unknown = new LogError('note_untrusted', 'there is no checkpoint to cosign');
  for (const note of notes) {
    if (note === undefined) continue;
    try {
      return addCosignature(note, line, known);
    } catch (error) {
      if (!(error instanceof LogError)) throw error;
      refusal = refusal instanceof LogError && refusal.code === 'note_forged' ? refusal : error;
    }
  }
  throw refusal;
}

function sameText(signed: string, cosigned: string | undefined): cosigned is string {
  return cosigned !== undefined && parseNote(signed).text === parseNote(cosigned).text;
}
