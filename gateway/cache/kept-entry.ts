import type { CachedAnswer, CacheEntry } from './cached-answer.ts';

/** An entry as memory keeps it: the statement apart from its header, and nothing twice that many entries share. */
export type KeptEntry = CacheEntry & {
  /** Of the statement: one text for all that a key signs. Null where there is no statement. */
  readonly head: string | null;
  readonly rest: string;
};

/** As many keys as may sign in a nation, and then some. */
const MOST_HEADS = 1_000;
const NONE: never[] = [];

/** Packs entries for memory, where a hundred thousand of them may lie, and unpacks them for whoever finds one. */
export class EntryPacker {
  readonly #heads = new Map<string, string>();

  pack(entry: CacheEntry): KeptEntry {
    const { answer } = entry;
    if (answer.kind === 'absent' || answer.statement === null) return { ...entry, head: null, rest: '' };
    const bodyAt = answer.statement.indexOf('.');
    const [head, rest] = [answer.statement.slice(0, bodyAt), answer.statement.slice(bodyAt)];
    return { ...entry, answer: { ...shrunk(answer), statement: null }, head: this.#shared(head), rest: apart(rest) };
  }

  unpack({ head, rest, answer, ...entry }: KeptEntry): CacheEntry {
    if (head === null || answer.kind === 'absent') return { ...entry, answer };
    return { ...entry, answer: { ...answer, statement: head + rest } };
  }

  #shared(head: string): string {
    const known = this.#heads.get(head);
    if (known !== undefined) return known;
    if (this.#heads.size >= MOST_HEADS) this.#heads.clear();
    const own = apart(head);
    this.#heads.set(own, own);
    return own;
  }
}

type Claimed = Extract<CachedAnswer, { kind: 'claims' }>;

function shrunk(answer: Claimed): Claimed {
  const { claims, reasons } = answer;
  const [ground, flags] = [noneIfEmpty(claims.ground), noneIfEmpty(claims.flags)];
  return { ...answer, reasons: noneIfEmpty(reasons), claims: { ...claims, ground, flags } };
}

function noneIfEmpty<T>(list: T[]): T[] {
  return list.length === 0 ? NONE : list;
}

/** A text of its own: one that was cut from a reply would keep all of the reply. */
function apart(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1');
}
