import type { CachedAnswer, CacheEntry } from './cached-answer.ts';
import { type KeptAct, packAct, type SharedAct, unpackAct } from './kept-act.ts';
import { type KeptStatement, packStatement, unpackStatement } from './kept-statement.ts';
import { apart } from './text-apart.ts';

type Claimed = Extract<CachedAnswer, { kind: 'claims' }>;

/** What many answers have in common: most of a province's are the same but for whom they are about, and when. */
interface Common extends Omit<Claimed, 'claims' | 'statement'> {
  readonly claims: Pick<Claimed['claims'], 'status' | 'ground' | 'flags'>;
  readonly act: SharedAct | null;
}

interface Limits extends Omit<CacheEntry, 'answer'> {}

/** An entry as memory keeps it: nothing twice that many entries share, and no object within another. */
export interface KeptClaims extends Limits, KeptStatement {
  readonly common: Common;
  readonly handle: string;
  readonly asOf: string | null;
  readonly act: KeptAct['own'];
  readonly signatures: KeptAct['signatures'];
}

/** The same of what nobody knows. */
export interface KeptAbsence extends Limits {
  readonly absent: Exclude<CachedAnswer, Claimed>;
}

export type KeptEntry = KeptClaims | KeptAbsence;

/** As many keys as may sign in a nation, and then some. */
const MOST_HEADS = 1_000;
/** Provinces times statuses, grounds, flags and those who assign them as they come together, and then some. */
const MOST_COMMON = 4_000;

/** Packs entries for memory, where a hundred thousand of them may lie, and unpacks them for whoever finds one. */
export class EntryPacker {
  readonly #heads = new KeptOnce<string>(MOST_HEADS);
  readonly #common = new KeptOnce<Common>(MOST_COMMON);

  pack({ answer, ...limits }: CacheEntry): KeptEntry {
    if (answer.kind === 'absent') return { ...limits, absent: answer };
    const { handle, status_as_of: asOf } = answer.claims;
    const { head, rest, bodyOctets } = packStatement(answer.statement);
    const { shared, own, signatures } = packAct(answer.claims.provenance, answer.claims);
    const { province, tag, seen, freshUntilMs, usableUntilMs } = limits;
    return {
      common: this.#commonOf(answer, shared),
      handle: apart(handle),
      asOf: asOf === null ? null : apart(asOf),
      act: own,
      signatures,
      head: head === null ? null : (this.#heads.get(head) ?? this.#heads.add(head, apart(head))),
      rest,
      bodyOctets,
      province,
      tag,
      seen,
      freshUntilMs,
      usableUntilMs,
    };
  }

  unpack(kept: KeptEntry): CacheEntry {
    const { province, tag, seen, freshUntilMs, usableUntilMs } = kept;
    const answer = 'absent' in kept ? kept.absent : claimsOf(kept);
    return { answer, province, tag, seen, freshUntilMs, usableUntilMs };
  }

  #commonOf({ claims: { status, ground, flags }, statement: _statement, ...more }: Claimed, act: SharedAct | null) {
    const { assurance, way, localGroundOnly, reasons } = more;
    const whose = act === null ? '' : JSON.stringify(act);
    const name = `${status} ${ground} ${flags} ${assurance} ${way} ${localGroundOnly} ${reasons} ${whose}`;
    return this.#common.get(name) ?? this.#common.add(name, { ...more, claims: { status, ground, flags }, act });
  }
}

/** What many entries share. All of it is forgotten where it becomes too much: what is still asked about comes back. */
class KeptOnce<T> {
  readonly #most: number;
  readonly #known = new Map<string, T>();

  constructor(most: number) {
    this.#most = most;
  }

  get(name: string): T | undefined {
    return this.#known.get(name);
  }

  add(name: string, shared: T): T {
    if (this.#known.size >= this.#most) this.#known.clear();
    this.#known.set(apart(name), shared);
    return shared;
  }
}

function claimsOf(kept: KeptClaims): Claimed {
  const { common, handle, asOf, act, signatures } = kept;
  const { status, ground, flags } = common.claims;
  const { localGroundOnly, reasons, assurance, way } = common;
  const provenance = unpackAct({ shared: common.act, own: act, signatures }, { status, handle });
  return {
    kind: 'claims',
    claims: { status, status_as_of: asOf, ground, provenance, handle, flags },
    localGroundOnly,
    reasons,
    assurance,
    statement: unpackStatement(kept),
    way,
  };
}
