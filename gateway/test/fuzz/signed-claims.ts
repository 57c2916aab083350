import { GROUNDS, keysOf } from '../../../schemas/code-lists/index.ts';
import type { ReplyTables } from '../../../schemas/manifest.ts';
import type { Assignment, StatusClaims } from '../../../schemas/statement.ts';
import { NOW_MS } from './asked-systems.ts';
import { oneOf, type Random } from './random.ts';

/** What a statement says beside a record: the same in other words, what the record is silent about, or another thing. */
export interface SignedClaims {
  readonly claims: StatusClaims;
  readonly verdict: 'agrees' | 'differs' | 'impossible';
}

type Change = (claims: StatusClaims, tables: ReplyTables, random: Random) => SignedClaims;

const FLAGS = ['popup', 'limited_movement'] as const;
const ACT: Assignment = {
  level: 'county',
  role: 'cdc',
  action: 'assign',
  kind: 'batch',
  batch_size: 12,
  instrument: 'Form 1',
  evidence_filed: true,
  approvals: [{ level: 'county', role: 'principal', action: 'sign' }],
  origin: null,
};

/** Some changes, each of another member; one that differs spoils the whole. */
export function signedBeside(recorded: StatusClaims, tables: ReplyTables, random: Random): SignedClaims {
  let signed: SignedClaims = { claims: recorded, verdict: 'agrees' };
  for (const change of CHANGES) {
    if (random(CHANGES.length) > 1) continue;
    const { claims, verdict } = change(signed.claims, tables, random);
    // What nobody can mean is seen before anything is compared.
    const isWorse = verdict !== 'agrees' && signed.verdict !== 'impossible';
    signed = { claims, verdict: isWorse ? verdict : signed.verdict };
  }
  return signed;
}

const CHANGES: readonly Change[] = [
  (claims, _tables, random) => {
    const others = ['green', 'yellow', 'red', 'indeterminate'] as const;
    return differs({
      ...claims,
      status: oneOf(
        random,
        others.filter((one) => one !== claims.status),
      ),
    });
  },
  (claims, _tables, random) => {
    const { handle } = claims;
    const others = [`${handle.slice(1)}${handle.slice(0, 1)}x`, `${handle} `, handle.slice(0, -1) || 'x', 'ANOTHER'];
    return differs({ ...claims, handle: oneOf(random, others) });
  },
  changedTime,
  (claims, { ground }, random) => {
    const list = changedList(claims.ground, keysOf(GROUNDS), random);
    return judged({ ...claims, ground: list.items }, list.isSame || ground === undefined);
  },
  (claims, { flags }, random) => {
    const list = changedList(claims.flags, FLAGS, random);
    return judged({ ...claims, flags: list.items }, list.isSame || flags.length === 0);
  },
  changedAct,
  changedOrigin,
];

function judged(claims: StatusClaims, agrees: boolean): SignedClaims {
  return { claims, verdict: agrees ? 'agrees' : 'differs' };
}

function differs(claims: StatusClaims): SignedClaims {
  return judged(claims, false);
}

function changedTime(claims: StatusClaims, { as_of }: ReplyTables, random: Random): SignedClaims {
  const { status_as_of } = claims;
  if (status_as_of === null) return judged(claims, true);
  const ms = Date.parse(status_as_of);
  if (random(6) === 0) {
    const nobodys = oneOf(random, ['1970-01-01T00:00:00Z', '2020-01-31T23:59:59+08:00', isoOf(NOW_MS + 121_000)]);
    return { claims: { ...claims, status_as_of: nobodys }, verdict: 'impossible' };
  }
  const same = [new Date(ms + 999).toISOString(), `${isoOf(ms + 8 * 3_600_000).slice(0, 19)}+08:00`];
  if (random(2) === 0) return judged({ ...claims, status_as_of: oneOf(random, same) }, true);
  const others = [isoOf(ms - 1_000), isoOf(ms - 86_400_000), null];
  return judged({ ...claims, status_as_of: oneOf(random, others) }, as_of.from === 'reply');
}

function isoOf(ms: number): string {
  return new Date(ms).toISOString();
}

/** Turned round is the same; one more, one less or another one is not. */
function changedList<T extends string>(list: readonly T[], all: readonly T[], random: Random) {
  const items: T[] = [...list];
  if (random(2) === 0) return { items: items.toReversed(), isSame: true };
  const missing = all.filter((one) => !items.includes(one));
  if (items.length > 0 && (missing.length === 0 || random(2) === 0)) return { items: items.slice(1), isSame: false };
  return { items: [...items.slice(random(2)), oneOf(random, missing)], isSame: false };
}

/** Who assigned it, on what paper, and who signed. */
function changedAct(claims: StatusClaims, { assignment, origin }: ReplyTables, random: Random): SignedClaims {
  const { provenance } = claims;
  if (provenance === null) return judged({ ...claims, provenance: ACT }, assignment === undefined);
  if (random(8) === 0) {
    const isOriginLost = origin !== undefined && provenance.origin !== null;
    return judged({ ...claims, provenance: null }, assignment === undefined && !isOriginLost);
  }
  const changes: Partial<Assignment>[] = [
    { level: provenance.level === 'city' ? null : 'city' },
    { role: provenance.role === 'principal' ? 'cdc' : 'principal' },
    { action: provenance.action === 'assign' ? 'convert' : 'assign' },
    { kind: provenance.kind === 'individual' ? 'batch' : 'individual' },
    { batch_size: (provenance.batch_size ?? 0) + 1 },
    { instrument: `${provenance.instrument ?? ''}x` },
    { evidence_filed: !provenance.evidence_filed },
    { approvals: provenance.approvals.length > 0 ? provenance.approvals.slice(1) : ACT.approvals },
  ];
  const changed = { ...provenance, ...oneOf(random, changes) };
  return judged({ ...claims, provenance: changed }, assignment === undefined);
}

/** Which province it was pushed by. An assignment that is made for it is one more difference. */
function changedOrigin(claims: StatusClaims, { assignment, origin }: ReplyTables, random: Random): SignedClaims {
  const { provenance } = claims;
  const before = provenance?.origin ?? null;
  const province = before?.province === '310000' ? '440000' : '310000';
  const after =
    before !== null && random(3) === 0 ? null : ({ province, reference: before?.reference ?? null } as const);
  const changed = { ...(provenance ?? ACT), origin: after };
  const isNew = provenance === null && assignment !== undefined;
  return judged({ ...claims, provenance: changed }, origin === undefined && !isNew);
}
