import { isDeepStrictEqual } from 'node:util';
import { secondOf } from '../../schemas/clocks.ts';
import type { ReplyTables } from '../../schemas/manifest.ts';
import type { Assignment, StatusClaims } from '../../schemas/statement.ts';

/** What a statement and a record are compared by. */
export type Compared = 'status' | 'status_as_of' | 'ground' | 'flags' | 'handle' | 'assignment' | 'origin';

type Agrees = (signed: StatusClaims, recorded: StatusClaims, tables: ReplyTables) => boolean;

/**
 * A signed statement has to be what its record translates to: else a province could sign one thing for those who verify
 * and show another to those who read, and an event about one handle would not withdraw an answer about another. Three
 * things may differ: an instant's spelling, since records are read to the second; the order of grounds and of flags; and
 * what the manifest declares no place for, since there the record is silent and the statement alone speaks.
 */
const COMPARISONS: Readonly<Record<Compared, Agrees>> = {
  status: (signed, recorded) => signed.status === recorded.status,
  status_as_of: (signed, recorded, { as_of }) =>
    // The time of a reply is ours, not the record's.
    as_of.from === 'reply' || isSameSecond(signed.status_as_of, recorded.status_as_of),
  ground: (signed, recorded, { ground }) => ground === undefined || isSameSet(signed.ground, recorded.ground),
  flags: (signed, recorded, { flags }) => flags.length === 0 || isSameSet(signed.flags, recorded.flags),
  handle: (signed, recorded) => signed.handle === recorded.handle,
  assignment: (signed, recorded, { assignment }) =>
    assignment === undefined || isSameAct(signed.provenance, recorded.provenance),
  origin: (signed, recorded, { origin }) =>
    origin === undefined || isSameOrigin(originOf(signed.provenance), originOf(recorded.provenance)),
};

/** The members in which a signed statement and its record differ though they may not; none where the one is the other. */
export function differences(signed: StatusClaims, recorded: StatusClaims, tables: ReplyTables): Compared[] {
  const different: Compared[] = [];
  let name: Compared;
  for (name in COMPARISONS) if (!COMPARISONS[name](signed, recorded, tables)) different.push(name);
  return different;
}

function isSameSecond(signed: string | null, recorded: string | null): boolean {
  return signed === null || recorded === null ? signed === recorded : secondOf(signed) === secondOf(recorded);
}

function isSameSet(signed: readonly string[], recorded: readonly string[]): boolean {
  if (signed.length === 0 || recorded.length === 0) return signed.length === recorded.length;
  return isDeepStrictEqual(new Set(signed), new Set(recorded));
}

/** By what two acts are the same: every member but where it came from. */
const SAME_ACT: {
  readonly [M in keyof Omit<Assignment, 'origin'>]: (signed: Assignment, recorded: Assignment) => boolean;
} = {
  level: (signed, recorded) => signed.level === recorded.level,
  role: (signed, recorded) => signed.role === recorded.role,
  action: (signed, recorded) => signed.action === recorded.action,
  kind: (signed, recorded) => signed.kind === recorded.kind,
  batch_size: (signed, recorded) => signed.batch_size === recorded.batch_size,
  instrument: (signed, recorded) => signed.instrument === recorded.instrument,
  evidence_filed: (signed, recorded) => signed.evidence_filed === recorded.evidence_filed,
  approvals: (signed, recorded) =>
    signed.approvals.length === recorded.approvals.length &&
    (signed.approvals.length === 0 || isDeepStrictEqual(signed.approvals, recorded.approvals)),
};

function isSameAct(signed: Assignment | null, recorded: Assignment | null): boolean {
  if (signed === null || recorded === null) return signed === recorded;
  let member: keyof typeof SAME_ACT;
  for (member in SAME_ACT) if (!SAME_ACT[member](signed, recorded)) return false;
  return true;
}

/** No assignment at all and one that names no origin say the same about the origin. */
function originOf(provenance: Assignment | null): Assignment['origin'] {
  return provenance?.origin ?? null;
}

function isSameOrigin(signed: Assignment['origin'], recorded: Assignment['origin']): boolean {
  return signed === recorded || isDeepStrictEqual(signed, recorded);
}
