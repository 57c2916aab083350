import { hash, randomBytes } from 'node:crypto';
import type { ProvinceCode } from '../../schemas/code-lists/index.ts';
import type { TableStatus } from '../../schemas/policy.ts';

/** A key is in use for half an hour and kept for as long again: no mark outlives an hour, and its key neither. */
export const MARK_TURN_MS = 30 * 60_000;
export const MAX_MARKS = 50_000;

/** `unmarked`: this handle is outside the sample that is kept under load, so nobody can say. */
export type Seen = 'new' | 'same' | 'changed' | 'unmarked';

interface Generation {
  readonly key: string;
  readonly marks: Map<string, number>;
  /** Marks are kept for one handle in 2^sampling. */
  sampling: number;
}

const NAME_BYTES = 12;
/** One handle in 65,536: as far as the first 16 bits of a name can tell. */
const MAX_SAMPLING = 16;
const TAG_AT: Readonly<Record<TableStatus, number>> = { green: 16, yellow: 20, red: 24 };

/**
 * Tells whether somebody was seen within the hour in another colour, and remembers nobody. A mark's name is a digest of
 * province and handle under a random key that is in this process's memory alone; its value is a piece of the same digest
 * chosen by the colour. Who reads the memory without the handle finds neither who nor what colour; once the key has
 * turned, not even with it. Nothing here is ever written, sent or logged.
 */
export class SignalMarks {
  #turnedMs: number;
  #current: Generation = startGeneration();
  #previous: Generation | null = null;
  readonly #maxMarks: number;

  constructor(nowMs: number, maxMarks: number = MAX_MARKS) {
    this.#turnedMs = nowMs;
    this.#maxMarks = maxMarks;
  }

  /** Marks a presentation, and says how it compares with the last one of the same handle. */
  note(province: ProvinceCode, handle: string, status: TableStatus, nowMs: number): Seen {
    this.turn(nowMs);
    const here = markOf(this.#current, province, handle, status);
    const known = this.#current.marks.get(here.name);
    if (known === undefined && isSampled(here.name, this.#current.sampling)) this.#keep(here);
    if (known !== undefined) {
      this.#current.marks.set(here.name, here.tag);
      return known === here.tag ? 'same' : 'changed';
    }
    const seenBefore = this.#inPrevious(province, handle, status);
    if (seenBefore !== 'unmarked') return seenBefore;
    return isSampled(here.name, this.#current.sampling) ? 'new' : 'unmarked';
  }

  /** Forgets what is due, also where nothing is presented any more. */
  turn(nowMs: number): void {
    const turns = Math.floor((nowMs - this.#turnedMs) / MARK_TURN_MS);
    if (turns < 1) return;
    this.#previous = turns === 1 ? this.#current : null;
    this.#current = startGeneration();
    this.#turnedMs += turns * MARK_TURN_MS;
  }

  get size(): number {
    return this.#current.marks.size + (this.#previous?.marks.size ?? 0);
  }

  #inPrevious(province: ProvinceCode, handle: string, status: TableStatus): Seen {
    if (this.#previous === null) return 'unmarked';
    const { name, tag } = markOf(this.#previous, province, handle, status);
    const known = this.#previous.marks.get(name);
    if (known === undefined) return 'unmarked';
    return known === tag ? 'same' : 'changed';
  }

  /** A full book halves its sample instead of forgetting the oldest: rates over the rest stay true. */
  #keep({ name, tag }: { readonly name: string; readonly tag: number }): void {
    const generation = this.#current;
    while (generation.marks.size >= this.#maxMarks && generation.sampling < MAX_SAMPLING) {
      generation.sampling += 1;
      for (const kept of generation.marks.keys()) {
        if (!isSampled(kept, generation.sampling)) generation.marks.delete(kept);
      }
    }
    const hasRoom = generation.marks.size < this.#maxMarks;
    if (hasRoom && isSampled(name, generation.sampling)) generation.marks.set(name, tag);
  }
}

function startGeneration(): Generation {
  return { key: randomBytes(32).toString('base64'), marks: new Map(), sampling: 0 };
}

function markOf(generation: Generation, province: ProvinceCode, handle: string, status: TableStatus) {
  // One octet a character. A digest with the key before the name is as good as a MAC where it never leaves this process.
  const mac = hash('sha256', `${generation.key}${province}:${handle}`, 'latin1');
  const at = TAG_AT[status];
  const high = (mac.charCodeAt(at) << 8) | mac.charCodeAt(at + 1);
  const low = (mac.charCodeAt(at + 2) << 8) | mac.charCodeAt(at + 3);
  return { name: mac.slice(0, NAME_BYTES), tag: (high << 16) | low };
}

function isSampled(name: string, sampling: number): boolean {
  const bits = (name.charCodeAt(0) << 8) | name.charCodeAt(1);
  return bits >>> (MAX_SAMPLING - sampling) === 0;
}
