import { setTimeout as delay } from 'node:timers/promises';
import { parseCheckpoint, verifyCheckpoint } from '../log/checkpoint.ts';
import { LogError } from '../log/log-error.ts';
import { sameBytes } from '../log/merkle.ts';
import type { LogStore, TreeHead } from '../log/store.ts';
import { type Advance, advance, believe } from './advance.ts';
import { keepBelieved } from './checkpoint-slot.ts';
import { type ComparisonOutcome, compareLogs } from './compare-logs.ts';
import { EMPTY_STATE } from './fold-state.ts';
import { keepEvidence } from './fork-evidence.ts';
import { type HeldParts, HeldRegistry, isForGood, type Start, startFrom } from './held-registry.ts';
import {
  confirmedAtS,
  confirmKept,
  type KeptCheckpoint,
  keepOutside,
  readKept,
  refuseLoss,
} from './kept-checkpoint.ts';
import type { LogSource } from './log-source.ts';
import { trustIn } from './log-trust.ts';
import { RegistryError } from './registry-error.ts';
import { onStore, replayFrom } from './replay.ts';

export interface FollowedParts extends Omit<HeldParts, 'store'> {
  readonly source: LogSource;
  /** This node's own copy of the entries. Several processes of the node may share it. */
  readonly mirror: LogStore;
  /** How many witnesses have to have cosigned a checkpoint before it is believed. */
  readonly witnesses: number;
  /** Told when the registry is heard from again, or no more, and why. That it is away is no fault. */
  readonly onContact: (contact: 'following' | 'unreachable', reason: string) => void;
}

/**
 * The registry as another node writes it, with verifier keys alone: a state takes effect once a checkpoint covers it that
 * is signed by a key which is valid in that very state, and once its entries are in this node's own store.
 */
export class FollowedRegistry extends HeldRegistry {
  readonly #parts: FollowedParts;
  readonly #running: Promise<void>;
  /** The last checkpoint that was believed; null before the first one. */
  #note: string | null;
  #confirmedS: number | null;
  #told = '';

  /**
   * Starts from this node's own files, whether or not the registry can be reached, and follows from then on. Throws
   * RegistryError: `log_shorter`, `log_other`, `checkpoint_damaged`, `registry_corrupt`, `registry_unavailable`.
   */
  static async open(parts: FollowedParts): Promise<FollowedRegistry> {
    const { mirror, checkpointPath, genesis } = parts;
    const kept = readKept(checkpointPath);
    await refuseLoss(kept, mirror);
    const confirmedS = kept === null ? null : confirmedAtS(checkpointPath);
    const newest = newer(kept, await believedIn(mirror));
    const held = { ...parts, store: mirror };
    if (newest === null) return new FollowedRegistry(held, await emptyStart(mirror), null, null);
    const start = await startFrom(held, newest);
    try {
      verifyCheckpoint(newest.note, trustIn(start.at.state, genesis.logKeys ?? []));
    } catch (cause) {
      if (!(cause instanceof LogError)) throw cause;
      throw new RegistryError('registry_corrupt', "the mirror's checkpoint is not signed by a key of this log", {
        cause,
      });
    }
    keepOutside(checkpointPath, newest.note);
    return new FollowedRegistry(held, start, newest.note, confirmedS);
  }

  private constructor(parts: FollowedParts & HeldParts, start: Start, note: string | null, confirmedS: number | null) {
    super(parts, start);
    this.#parts = parts;
    this.#note = note;
    this.#confirmedS = confirmedS;
    this.#running = this.#follow();
  }

  behindS(): number {
    return this.#confirmedS === null ? Number.POSITIVE_INFINITY : Math.max(0, this.#parts.nowS() - this.#confirmedS);
  }

  /**
   * Holds the log that another node follows against this one. Where the two contradict each other the registry shows two
   * histories: that is a fault for good here, as if it had shown the other one to this node. Null: one is on record
   * already, and the first evidence is enough. Throws RegistryError where this node's own store cannot be read.
   */
  async compareWith(other: LogSource, withinMs: number): Promise<ComparisonOutcome | null> {
    const { mirror, genesis } = this.#parts;
    const { at } = this;
    const stopped = AbortSignal.any([this.stopped, AbortSignal.timeout(withinMs)]);
    const compared = await compareLogs({ at, mirror, pinned: genesis.logKeys ?? [], source: other, stopped });
    if (this.fault !== null && isForGood(this.fault)) return null;
    if (compared.outcome === 'contradicts') {
      const { note, size } = compared;
      const why = `${other.name} follows ${size} entries that are not those of the ${at.range.size} known here`;
      this.fail(this.#fork({ note, shownBy: other.name, why }));
    }
    return compared.outcome;
  }

  override async close(): Promise<void> {
    const closed = super.close();
    await this.#running;
    await closed;
  }

  async #follow(): Promise<void> {
    const { source } = this.#parts;
    for (let failures = 0; !this.stopped.aborted; ) {
      const askedMs = performance.now();
      const before = this.at.state.size;
      try {
        // After a failure the answer is wanted at once: what the registry has may be less than what is known here.
        const note = await source.checkpoint(failures === 0 && this.#note !== null ? before : null, this.stopped);
        await this.inTurn(() => this.#take(note));
        this.#confirm();
        failures = 0;
        // A registry that does not hold questions, or stops holding them, is not asked without end.
        if (this.at.state.size === before) await this.#pause(LEAST_MS_BETWEEN - (performance.now() - askedMs));
      } catch (error) {
        if (this.stopped.aborted) return;
        this.#tell(error instanceof RegistryError ? error : unexpected(error));
        if (this.fault !== null && isForGood(this.fault)) return;
        failures += 1;
        await this.#pause(retryAfterMs(failures));
      }
    }
  }

  /** One checkpoint as the registry presents it. Throws RegistryError; the state is then as before. */
  async #take(note: string): Promise<void> {
    this.refuseFaulty();
    const { size, root } = readNote(note);
    const { state, range } = this.at;
    if (size > state.size) {
      await this.#advance(note, { size, root });
      return;
    }
    believe(note, state, this.#pinned);
    if (size !== state.size || !sameBytes(root, range.root())) {
      const why = `the registry shows ${size} entries that are not the ${state.size} known here`;
      throw this.#fork({ note, shownBy: this.#parts.source.name, why });
    }
    if (this.#note === null) this.#keep(note);
  }

  async #advance(note: string, head: TreeHead): Promise<void> {
    const { source, mirror, witnesses, genesis } = this.#parts;
    const advanced: Advance = await advance({
      at: this.at,
      note,
      head,
      source,
      mirror,
      witnesses,
      genesis,
      stopped: this.stopped,
    });
    if ('forked' in advanced) throw this.#fork({ note, shownBy: source.name, why: advanced.forked });
    const { next, entries, read } = advanced;
    this.stopped.throwIfAborted();
    // Another node may have shown meanwhile that this registry has two histories.
    this.refuseFaulty();
    await entries.writeTo(mirror, read);
    await onStore(() => keepBelieved(mirror, note));
    this.#keep(note);
    this.adopt(next);
  }

  #keep(note: string): void {
    keepOutside(this.#parts.checkpointPath, note);
    this.#note = note;
  }

  /** Two histories under one key: both signed checkpoints are kept, so that anybody can be shown. */
  #fork({
    note,
    shownBy,
    why,
  }: {
    readonly note: string;
    readonly shownBy: string;
    readonly why: string;
  }): RegistryError {
    const { checkpointPath } = this.#parts;
    const kept = this.#note === null ? null : keepEvidence(checkpointPath, { ours: this.#note, theirs: note, shownBy });
    const evidence = kept === null ? '' : `; both checkpoints are in ${kept}`;
    return new RegistryError('registry_forked', `${why}${evidence}`);
  }

  #confirm(): void {
    const { nowS, checkpointPath, source } = this.#parts;
    this.#confirmedS = nowS();
    confirmKept(checkpointPath, this.#confirmedS);
    this.recover();
    this.#tellContact('following', `${source.name} answers`);
  }

  #tell(error: RegistryError): void {
    if (error.code === 'registry_unavailable') {
      this.#tellContact('unreachable', error.message);
      return;
    }
    this.#told = error.code;
    this.fail(error);
  }

  #tellContact(contact: 'following' | 'unreachable', reason: string): void {
    if (this.#told === contact) return;
    this.#told = contact;
    this.#parts.onContact(contact, reason);
  }

  get #pinned(): readonly string[] {
    return this.#parts.genesis.logKeys ?? [];
  }

  async #pause(ms: number): Promise<void> {
    if (ms > 0) await delay(ms, undefined, { signal: this.stopped }).catch(() => {});
  }
}

const LEAST_MS_BETWEEN = 200;
const RETRY_MS = { first: 200, most: 5_000 };

/** Doubles up to a bound, and differs from node to node, so that a registry that comes back is not asked by all at once. */
function retryAfterMs(failures: number): number {
  const base = Math.min(RETRY_MS.most, RETRY_MS.first * 2 ** Math.min(failures, 10));
  return Math.max(RETRY_MS.first, base * (0.5 + Math.random() / 2));
}

async function emptyStart(mirror: LogStore): Promise<Start> {
  return { at: await replayFrom(mirror, EMPTY_STATE), snapshot: null };
}

/** What this node, or another process of it, believed last. Its entries were stored before it was. */
async function believedIn(mirror: LogStore): Promise<KeptCheckpoint | null> {
  return await onStore(async () => {
    const note = await mirror.loadCheckpoint('signed');
    if (note === undefined) return null;
    const checkpoint = parseCheckpoint(note);
    const { size } = await mirror.head();
    if (size >= checkpoint.size) return { note, ...checkpoint };
    throw new RegistryError('registry_corrupt', `entries ${size} to ${checkpoint.size - 1} of the mirror are gone`);
  });
}

function newer(a: KeptCheckpoint | null, b: KeptCheckpoint | null): KeptCheckpoint | null {
  if (a === null || b === null) return a ?? b;
  return b.size > a.size ? b : a;
}

function readNote(note: string): TreeHead {
  try {
    return parseCheckpoint(note);
  } catch (cause) {
    if (!(cause instanceof LogError)) throw cause;
    throw new RegistryError('registry_foreign', 'what the registry shows is no checkpoint', { cause });
  }
}

function unexpected(cause: unknown): RegistryError {
  return new RegistryError('registry_unavailable', 'the registry cannot be followed', { cause });
}
