import type { Assignment } from '../../schemas/statement.ts';
import type { CachedAnswer, CacheEntry } from './cached-answer.ts';

type Claimed = Extract<CachedAnswer, { kind: 'claims' }>;

/** What many answers have in common: most of a province's are the same but for whom they are about, and when. */
interface Common extends Omit<Claimed, 'claims' | 'statement'> {
  readonly claims: Pick<Claimed['claims'], 'status' | 'ground' | 'flags'>;
}

interface Limits extends Omit<CacheEntry, 'answer'> {}

/** An entry as memory keeps it: nothing twice that many entries share, and no object within another. */
export interface KeptClaims extends Limits {
  readonly common: Common;
  readonly handle: string;
  readonly asOf: string | null;
  /** Who assigned the status, as JSON, a letter for each octet; null where nobody did. */
  readonly act: string | null;
  /** Of the statement: one text for all that a key signs. Null where there is no statement. */
  readonly head: string | null;
  readonly rest: string;
}

/** The same of what nobody knows. */
export interface KeptAbsence extends Limits {
  readonly absent: Exclude<CachedAnswer, Claimed>;
}

export type KeptEntry = KeptClaims | KeptAbsence;

/** As many keys as may sign in a nation, and then some. */
const MOST_HEADS = 1_000;
/** Provinces times statuses, grounds and flags as they come together, and then some. */
const MOST_COMMON = 4_000;

/** Packs entries for memory, where a hundred thousand of them may lie, and unpacks them for whoever finds one. */
export class EntryPacker {
  readonly #heads = new Map<string, string>();
  readonly #common = new Map<string, Common>();

  pack({ answer, ...limits }: CacheEntry): KeptEntry {
    if (answer.kind === 'absent') return { ...limits, absent: answer };
    const { statement } = answer;
    const { handle, status_as_of: asOf, provenance } = answer.claims;
    const bodyAt = statement === null ? 0 : statement.indexOf('.');
    const { province, tag, seen, freshUntilMs, usableUntilMs } = limits;
    return {
      common: this.#commonOf(answer),
      handle: apart(handle),
      asOf: asOf === null ? null : apart(asOf),
      act: provenance === null ? null : Buffer.from(JSON.stringify(provenance)).toString('latin1'),
      head: statement === null ? null : this.#headOf(statement.slice(0, bodyAt)),
      rest: statement === null ? '' : apart(statement.slice(bodyAt)),
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

  #headOf(head: string): string {
    const known = this.#heads.get(head);
    if (known !== undefined) return known;
    if (this.#heads.size >= MOST_HEADS) this.#heads.clear();
    const own = apart(head);
    this.#heads.set(own, own);
    return own;
  }

  #commonOf({ claims: { status, ground, flags }, statement: _statement, ...more }: Claimed): Common {
    const { assurance, way, localGroundOnly, reasons } = more;
    const name = `${status} ${ground} ${flags} ${assurance} ${way} ${localGroundOnly} ${reasons}`;
    const known = this.#common.get(name);
    if (known !== undefined) return known;
    if (this.#common.size >= MOST_COMMON) this.#common.clear();
    const common = { ...more, claims: { status, ground, flags } };
    this.#common.set(name, common);
    return common;
  }
}

function claimsOf({ common, handle, asOf, act, head, rest }: KeptClaims): Claimed {
  const { status, ground, flags } = common.claims;
  const provenance: Assignment | null = act === null ? null : JSON.parse(Buffer.from(act, 'latin1').toString());
  const { localGroundOnly, reasons, assurance, way } = common;
  return {
    kind: 'claims',
    claims: { status, status_as_of: asOf, ground, provenance, handle, flags },
    localGroundOnly,
    reasons,
    assurance,
    statement: head === null ? null : head + rest,
    way,
  };
}

/** A text of its own: one that was cut from a reply would keep all of the reply. */
function apart(text: string): string {
  const own = Buffer.from(text, 'latin1').toString('latin1');
  return own === text ? own : Buffer.from(text, 'utf16le').toString('utf16le');
}
