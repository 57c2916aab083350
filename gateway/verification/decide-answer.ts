import type { ProvinceCode, ReasonCode } from '../../schemas/code-lists/index.ts';
import type { Way } from '../../schemas/manifest.ts';
import { publishedMaxAgeS } from '../../schemas/max-age.ts';
import type { Remedy } from '../../schemas/remedy.ts';
import type { StatusClaims } from '../../schemas/statement.ts';
import type { Assurance, Decision, Provenance, Status } from '../../schemas/status.ts';
import type { Venue } from '../access/venue-tokens.ts';
import { ageBandOf, cellName, cellOf } from '../policy/cells.ts';
import { decide } from '../policy/decide.ts';
import type { RegistryState } from '../registry/registry-state.ts';
import type { Subject } from './recognise-code.ts';
import type { Substantiated } from './substantiate-statement.ts';

/** Everything that an answer says, before it is signed. `evidence` is bound even where it is withheld from the venue. */
export interface Answer {
  readonly status: Status;
  readonly decision: Decision;
  readonly reasons: readonly ReasonCode[];
  readonly statusAsOf: string | null;
  readonly stale: boolean;
  readonly provenance: Provenance | null;
  readonly assurance: Assurance;
  readonly remedy: Remedy | null;
  readonly evidence: string | null;
  readonly withheld: boolean;
  readonly policy: string;
  /** The cell of the policy that was looked up; null where nothing was. */
  readonly cell: string | null;
  /** By which way the province was asked; null where nothing came of it. */
  readonly way: Way | null;
}

type Verdict = Pick<Answer, 'status' | 'decision' | 'reasons' | 'cell'>;

/**
 * Step 7: what the destination makes of it. What nobody can tell, and what is not substantiated, is `refer` by rule
 * and reaches no table; everything else is looked up in the destination's published policy.
 */
export function decideAnswer(
  state: RegistryState,
  venue: Venue,
  subject: Subject,
  substantiated: Substantiated,
  nowMs: number,
): Answer {
  const policy = state.policyOf(venue.destination);
  const lookUp = (claims: StatusClaims) => tableVerdict(policy, venue, subject, substantiated, claims, nowMs);
  const verdict = verdictOf(substantiated, lookUp);
  const known = substantiated.kind === 'claims' ? substantiated : null;
  return {
    ...verdict,
    statusAsOf: known?.claims.status_as_of ?? null,
    stale: substantiated.path === 'stale',
    provenance: substantiated.provenance,
    assurance: substantiated.assurance,
    remedy: verdict.decision === 'pass' ? null : remedyOf(state, substantiated.answerable, subject),
    evidence: known?.statement ?? null,
    // Evidence shows the province's colour: where the venue may not see the colour, it may not see that either.
    withheld: known !== null && known.claims.status !== verdict.status,
    policy: `${policy.policy.id}@${policy.policy.version}`,
    way: known?.way ?? null,
  };
}

function verdictOf(substantiated: Substantiated, lookUp: (claims: StatusClaims) => Verdict): Verdict {
  const stale: ReasonCode[] = substantiated.path === 'stale' ? ['stale_used'] : [];
  const refer = (reasons: readonly ReasonCode[]): Verdict => {
    return { status: 'indeterminate', decision: 'refer', reasons: [...reasons, ...stale], cell: null };
  };
  if (substantiated.kind === 'unknowable') return refer(substantiated.reasons);
  if (substantiated.withheldFor !== null) return refer([substantiated.withheldFor]);
  const { claims, reasons } = substantiated;
  if (claims.status === 'indeterminate') return refer(reasons.length > 0 ? reasons : ['unmapped_value']);
  return lookUp(claims);
}

function tableVerdict(
  policy: ReturnType<RegistryState['policyOf']>,
  venue: Venue,
  { adapter }: Subject,
  { provenance, assurance, path }: Substantiated,
  claims: StatusClaims,
  nowMs: number,
): Verdict {
  const { status, status_as_of, flags } = claims;
  if (status === 'indeterminate' || status_as_of === null) {
    return { status: 'indeterminate', decision: 'refer', reasons: ['unmapped_value'], cell: null };
  }
  const ageS = (nowMs - Date.parse(status_as_of)) / 1000;
  const ageBand = ageBandOf(ageS, publishedMaxAgeS(adapter.manifest, status));
  const stale = path === 'stale';
  const cell = cellOf({ venueKind: venue.kind, status, provenance, assurance, stale, ageBand, flags });
  return { ...decide(policy, cell, nowMs), cell: cellName(cell) };
}

/** The remedy of whoever made the assignment, where that province is registered; else of the issuing province. */
function remedyOf(state: RegistryState, answerable: ProvinceCode, { adapter }: Subject): Remedy {
  return (state.adapters.get(answerable) ?? adapter).manifest.remedy;
}
