import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jsonOrUndefined } from '../../schemas/json-text.ts';
import { entityDescriptionSchema, readDescriptions } from '../authority/entity-description.ts';
import { readIfThere } from '../keys/private-file.ts';
import type { GenesisRule } from '../registry/apply-entry.ts';
import type { FetchBytes } from '../registry/http-log-source.ts';
import { type KeptCheckpoint, lossOf, readKept, setAside } from '../registry/kept-checkpoint.ts';
import { trustBundleSchema } from '../trust/trust-bundle.ts';
import type { Counts, Part } from './archive.ts';
import { judgeSightings, type Onlookers, type Sighting, sightingsOf } from './confirm-log.ts';
import { ANCHOR, anchorFileOf, type NodePlaces } from './node-places.ts';
import { KEPT_STORES, openTarget, putBack } from './put-back.ts';
import { RecoveryError } from './recovery-error.ts';
import { type StagedArchive, stageArchive } from './staged-archive.ts';

export interface RestoreJob {
  readonly file: string;
  readonly passphrase: string;
  readonly places: NodePlaces;
  readonly parts: readonly Part[];
  /** Only to see whether the archive is whole and its log confirmed. */
  readonly checkOnly: boolean;
  /** The node was stopped before the archive was made, and has not run since. */
  readonly moved: boolean;
  /** What a person says to a log that is older than what was signed, or that nobody could confirm. */
  readonly acceptLoss: boolean;
  readonly unconfirmed: boolean;
  readonly elsewhere: Onlookers['elsewhere'];
  readonly fetchBytes: FetchBytes;
  readonly onProgress: (part: Part, done: number) => void;
}

/** What was restored, or would be. `left_out`: parts that are put back only after a move. The root is Base64. */
export interface Restored extends Omit<Counts, 'entries'> {
  readonly made_s: number;
  readonly program: string;
  readonly log: { readonly size: number; readonly root: string } | null;
  readonly sightings: readonly Sighting[];
  readonly left_out: readonly string[];
  /** Where the checkpoint went that this node kept, and that the log contradicts by a person's leave. */
  readonly set_aside: string | null;
}

/**
 * Puts back what an archive has, or says why not, before anything is changed. Throws RecoveryError, RegistryError,
 * LogError, StoreError, KeyError.
 */
export async function restore(job: RestoreJob): Promise<Restored> {
  const { places, checkOnly } = job;
  const checkpointPath = join(places.dataDir, 'last-checkpoint.txt');
  if (!checkOnly) mkdirSync(places.dataDir, { recursive: true, mode: 0o700 });
  const folder = mkdtempSync(join(checkOnly ? tmpdir() : places.dataDir, 'restoring-'));
  const staged = await stageArchive({ ...job, folder }).catch((error: unknown) => {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  });
  try {
    const target = checkOnly ? null : await openTarget({ ...job, staged });
    try {
      const kept = readKept(checkpointPath);
      const sightings = await lookAround(job, staged, kept);
      refuseUnlessConfirmed(job, sightings);
      let aside: string | null = null;
      if (target !== null) {
        aside = await setAsideIfLost(staged, kept, checkpointPath);
        await putBack({ ...job, staged }, target, checkpointPath);
      }
      return await summary(job, staged, sightings, aside);
    } finally {
      await target?.close();
    }
  } finally {
    await staged.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function lookAround(job: RestoreJob, staged: StagedArchive, kept: KeptCheckpoint | null): Promise<Sighting[]> {
  const { places, elsewhere, fetchBytes, onProgress } = job;
  if (staged.log === null) return [];
  const genesis = genesisFor(places, staged);
  const onlookers = { genesis, kept, elsewhere, own: ownOrigins(places, staged), fetchBytes };
  return await sightingsOf(staged.log, onlookers, (done) => onProgress('log', done));
}

function refuseUnlessConfirmed({ acceptLoss, unconfirmed }: RestoreJob, sightings: readonly Sighting[]): void {
  const judged = judgeSightings(sightings);
  if (judged === 'log_older' && !acceptLoss) {
    const { by, size } = sightings.find(({ outcome }) => outcome === 'older' || outcome === 'other') ?? {};
    throw new RecoveryError('log_older', `${by} has seen a log of ${size} entries that this archive does not continue`);
  }
  if (judged === 'log_unconfirmed' && !unconfirmed) {
    throw new RecoveryError('log_unconfirmed', `none of ${sightings.length} who follow this log could confirm it`);
  }
}

/** With a checkpoint beside it that it does not continue, no node would start on this log. A person accepted the loss. */
async function setAsideIfLost(
  { log }: StagedArchive,
  kept: KeptCheckpoint | null,
  path: string,
): Promise<string | null> {
  if (log === null || kept === null) return null;
  return (await lossOf(kept, log.store)) === null ? null : setAside(path, kept);
}

async function summary(
  { moved, parts }: RestoreJob,
  staged: StagedArchive,
  sightings: readonly Sighting[],
  aside: string | null,
): Promise<Restored> {
  const head = staged.log === null ? null : await staged.log.store.head();
  const kept = KEPT_STORES.filter(({ name }) => parts.includes(name));
  const leftOut = moved
    ? []
    : kept.flatMap((store) =>
        store.tables
          .filter((table) => table.outdates === true && hasAny(staged.rowsOf(store, table)))
          .map((table) => `${store.name}.${table.name}`),
      );
  return {
    made_s: staged.head.made_s,
    program: staged.head.program,
    log: head === null ? null : { size: head.size, root: Buffer.from(head.root).toString('base64') },
    rows: kept.reduce((sum, store) => sum + staged.rowCount(store), 0),
    files: staged.fileCount,
    sightings,
    left_out: leftOut,
    set_aside: aside,
  };
}

function hasAny(rows: Iterable<unknown>): boolean {
  for (const _row of rows) return true;
  return false;
}

/** Whom this node pins, else whom it pinned when the archive was made. */
function genesisFor(places: NodePlaces, staged: StagedArchive): GenesisRule {
  const archived = [...staged.files()].find(({ path }) => path === ANCHOR)?.bytes.toString('utf8');
  const text = readIfThere(anchorFileOf(places)) ?? archived;
  const bundle = text === undefined ? undefined : trustBundleSchema.safeParse(jsonOrUndefined(text)).data;
  if (bundle === undefined) {
    throw new RecoveryError('registry_unpinned', `${anchorFileOf(places)} is no anchor file, and the archive has none`);
  }
  // A registry that is pinned by nothing else was created by the anchor's own keys.
  const { entity_id, jwks, registry } = bundle;
  return registry === undefined
    ? { anchor: { entity_id, jwks }, logKeys: null }
    : { anchor: registry, logKeys: registry.log_keys };
}

/** Where the entities of this node answer, when it runs. */
function ownOrigins(places: NodePlaces, staged: StagedArchive): Set<string> {
  const archived = [...staged.files()]
    .filter(({ path }) => path.startsWith('entities/'))
    .flatMap(({ bytes }) => entityDescriptionSchema.safeParse(jsonOrUndefined(bytes.toString('utf8'))).data ?? []);
  const known = [...archived, ...readDescriptions(places.dataDir)];
  return new Set(known.map(({ entity_id }) => new URL(entity_id).origin));
}
