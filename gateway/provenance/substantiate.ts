import type { AuthorityModel } from '../../schemas/authority-model.ts';
import { GROUNDS, type Ground, type ProvinceCode, type ReasonCode } from '../../schemas/code-lists/index.ts';
import { FINDINGS, type Finding, type FindingCode } from '../../schemas/finding.ts';
import type { Assignment, StatusClaims } from '../../schemas/statement.ts';
import type { Provenance } from '../../schemas/status.ts';
import { checkApprovals, type VerifiedApproval } from './approvals.ts';
import { assignerFindings, pushedFrom } from './entitlement.ts';

export type { VerifiedApproval } from './approvals.ts';

/**
 * One province's answer, with what is needed to judge it. `localGroundOnly`: the record names a reason that its
 * manifest maps to no national ground. `origin`: what the province named as the origin said when it was asked.
 */
export type SubstantiationInput = {
  readonly model: AuthorityModel;
  readonly province: ProvinceCode;
  readonly claims: StatusClaims;
  readonly approvals: readonly VerifiedApproval[];
  readonly statementSigned: boolean;
  readonly localGroundOnly?: boolean;
  readonly origin?: OriginAnswer;
};

/** The origin's own answer, `unknown` if it knows no such record, `unavailable` if it could not be asked. */
export type OriginAnswer = SubstantiationInput | 'unknown' | 'unavailable';

/** `answerable` is the province that made the assignment, as far as anybody told: its remedy is the one to show. */
export type Substantiation = { provenance: Provenance | null; findings: Finding[]; answerable: ProvinceCode };

/**
 * Judges a yellow or red by the issuing province's own published rule of who may assign which status. Green and indeterminate need no provenance and get null. `absent`: the record is silent about who
 * or why; `violated`: something it says breaks the rule; `stated`: in order by the record's word; `signed`: in order
 * and every required approval signed (or, where none is required, the statement itself). Pure and total.
 */
export function substantiate(input: SubstantiationInput): Substantiation {
  return judge(input, new Set());
}

/** The reason a venue is given for an unsubstantiated status: codes only, no finding. */
export function unsubstantiatedReason(findings: readonly Finding[]): ReasonCode {
  return findings.some((finding) => finding.code === 'origin_contradicts') ? 'origin_contradicts' : 'unsubstantiated';
}

function judge(input: SubstantiationInput, askedBefore: ReadonlySet<ProvinceCode>): Substantiation {
  const { claims, province } = input;
  if (claims.status === 'green' || claims.status === 'indeterminate') {
    return { provenance: null, findings: [], answerable: province };
  }
  if (claims.provenance === null) {
    const codes: FindingCode[] = ['assignment_missing', ...groundFindings(input, claims.status)];
    return refuse(toFindings(province, codes), province);
  }
  const source = pushedFrom(claims.provenance, province);
  if (source !== null && source.province !== null && source.reference !== null) {
    return judgePush(input, claims.provenance, source.province, askedBefore);
  }
  return judgeOwn(input, claims.provenance, claims.status);
}

/**
 * Judged by the showing province's own rule. A push without a reference is judged here too: nobody can be asked, and
 * naming another province must not be a way round one's own rule.
 */
function judgeOwn(input: SubstantiationInput, assignment: Assignment, colour: 'yellow' | 'red'): Substantiation {
  const { model, province } = input;
  const approvals = checkApprovals(model, input.approvals);
  const silent = assignment.level === null && input.approvals.length === 0;
  const findings = toFindings(province, [
    ...assignerFindings(model, assignment, province),
    ...(colour === 'red' && assignment.action === 'release' ? ['release_contradicts' as const] : []),
    ...(silent ? [] : documentFindings(model, assignment)),
    ...groundFindings(input, colour),
  ]);
  if (!silent) findings.push(...approvals.findings.map((finding) => ({ ...finding, province })));
  const source = pushedFrom(assignment, province);
  if (source !== null && source.province === null) findings.push({ code: 'origin_missing', province, step: null });
  const signed = model.approvals.length === 0 ? input.statementSigned : approvals.allSigned;
  return conclude(signed, findings, source?.province ?? province);
}

/**
 * A push with a reference stands or falls with the origin's own answer and rule. The threat is July 2022: red shown
 * elsewhere as "pushed by Henan" while Henan's own code was green, and no body near the holder could lift it.
 */
function judgePush(
  input: SubstantiationInput,
  assignment: Assignment,
  from: ProvinceCode,
  askedBefore: ReadonlySet<ProvinceCode>,
): Substantiation {
  const { province, origin } = input;
  const asked = new Set([...askedBefore, province]);
  const own = toFindings(province, conversionFindings(input, assignment));
  const stopAt = (code: FindingCode) => refuse([...own, ...toFindings(province, [code])], from);
  if (asked.has(from)) return stopAt('origin_circular');
  if (origin === 'unknown') return stopAt('origin_unknown');
  if (typeof origin !== 'object' || origin.province !== from) return stopAt('origin_unconfirmed');
  if (origin.claims.status === 'indeterminate') return stopAt('origin_unconfirmed');
  if (!isCarriedBy(input.claims, assignment, origin.claims)) return stopAt('origin_contradicts');
  const verdict = judge(origin, asked);
  return conclude(verdict.provenance === 'signed', [...own, ...verdict.findings], verdict.answerable);
}

/** The origin's colour, or the yellow that a red was converted to; and no ground that the origin does not give. */
function isCarriedBy(shown: StatusClaims, assignment: Assignment, origin: StatusClaims): boolean {
  const converted = assignment.action === 'convert' && shown.status === 'yellow' && origin.status === 'red';
  if (converted) return true;
  return shown.status === origin.status && shown.ground.every((ground) => origin.ground.includes(ground));
}

function conversionFindings({ model, province }: SubstantiationInput, assignment: Assignment): FindingCode[] {
  return assignment.action === 'convert' ? assignerFindings(model, assignment, province) : [];
}

function documentFindings(model: AuthorityModel, assignment: Assignment): FindingCode[] {
  const codes: FindingCode[] = [];
  if (model.instrument_required && assignment.instrument === null) codes.push('instrument_missing');
  if (model.evidence_from_levels.length > 0 && !assignment.evidence_filed) codes.push('evidence_missing');
  return codes;
}

/**
 * Every ground given must be in the province's list, and one of them must carry the colour. A red ground carries a
 * yellow too: who meets the condition of the harder measure meets that of the milder one, and provinces step a red
 * down to yellow while its ground stands. A yellow ground never carries a red.
 */
function groundFindings(
  { model, claims, localGroundOnly }: SubstantiationInput,
  colour: 'yellow' | 'red',
): FindingCode[] {
  if (claims.ground.length === 0) return [localGroundOnly === true ? 'ground_not_national' : 'ground_missing'];
  const codes: FindingCode[] = [];
  if (claims.ground.some((ground) => !model.grounds.includes(ground))) codes.push('ground_not_allowed');
  if (!claims.ground.some((ground) => carries(ground, colour))) codes.push('ground_colour_mismatch');
  return codes;
}

function carries(ground: Ground, colour: 'yellow' | 'red'): boolean {
  return colour === 'yellow' || GROUNDS[ground].colour === 'red';
}

function toFindings(province: ProvinceCode, codes: readonly FindingCode[]): Finding[] {
  return codes.map((code) => ({ code, province, step: null }));
}

function conclude(signed: boolean, findings: Finding[], answerable: ProvinceCode): Substantiation {
  if (findings.length > 0) return refuse(findings, answerable);
  return { provenance: signed ? 'signed' : 'stated', findings, answerable };
}

function refuse(findings: Finding[], answerable: ProvinceCode): Substantiation {
  const isBroken = findings.some((finding) => FINDINGS[finding.code].kind === 'breach');
  return { provenance: isBroken ? 'violated' : 'absent', findings, answerable };
}
