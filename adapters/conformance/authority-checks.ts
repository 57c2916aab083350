import type { AuthorityModel, EntitledBody } from '../../schemas/authority-model.ts';
import { GROUNDS } from '../../schemas/code-lists/index.ts';
import type { ConformanceFinding } from '../../schemas/conformance-report.ts';
import type { ReplyTables } from '../../schemas/manifest.ts';
import { detail, finding, inManifest } from './finding.ts';
import type { Subject } from './subject.ts';

type AssignmentTable = NonNullable<ReplyTables['assignment']>;

/** Whoever is shown a wrong status must be able to reach somebody. */
export function checkRemedy({ manifest: { remedy } }: Subject): ConformanceFinding[] {
  if (remedy.phone !== null || remedy.url !== null) return [];
  return [finding('remedy_unreachable', inManifest('/remedy'), detail('remedy_needed'))];
}

/** A rule that nobody could ever keep makes every red of the province unsubstantiated, or every one good. */
export function checkAuthority({ manifest: { authority, reply } }: Subject): ConformanceFinding[] {
  return [...bodyFindings(authority), ...groundFindings(authority, reply), ...readFindings(authority, reply)];
}

function bodyFindings({ batch, may_assign, approvals }: AuthorityModel): ConformanceFinding[] {
  const findings: ConformanceFinding[] = [];
  if (batch !== null && !isAmong(may_assign, batch.taken_by)) {
    const { level, roles } = batch.taken_by;
    const who =
      roles.length === 0 ? detail('body_of_any_role', { level }) : detail('body', { level, roles: roles.join(', ') });
    findings.push(finding('batch_taker_not_entitled', inManifest('/authority/batch/taken_by'), who));
  }
  const last = approvals.at(-1);
  if (last !== undefined && !isAmong(may_assign, { level: last.level, roles: [last.role] })) {
    const at = inManifest(`/authority/approvals/${approvals.length - 1}`);
    findings.push(finding('last_step_not_entitled', at, detail('body', { level: last.level, roles: last.role })));
  }
  return findings;
}

function groundFindings(authority: AuthorityModel, reply: ReplyTables): ConformanceFinding[] {
  const findings: ConformanceFinding[] = [];
  if (!authority.grounds.some((ground) => GROUNDS[ground].colour === 'red')) {
    findings.push(finding('no_red_ground', inManifest('/authority/grounds'), detail('grounds_needed')));
  }
  for (const [index, { to }] of (reply.ground?.values ?? []).entries()) {
    if (to === null || authority.grounds.includes(to)) continue;
    findings.push(
      finding('ground_unlisted', inManifest(`/reply/ground/values/${index}`), detail('ground_mapped', { ground: to })),
    );
  }
  return findings;
}

function readFindings(authority: AuthorityModel, reply: ReplyTables): ConformanceFinding[] {
  const findings: ConformanceFinding[] = [];
  if (reply.origin === undefined)
    findings.push(finding('origin_unread', inManifest('/reply'), detail('origin_table_absent')));
  if (reply.assignment === undefined) {
    return [...findings, finding('assignment_unread', inManifest('/reply'), detail('assignment_table_absent'))];
  }
  const unreadable = unreadableRules(authority, reply.assignment).map(([rule, member]) =>
    finding(
      'authority_unreadable',
      inManifest(`/authority/${rule}`),
      detail('rule_needs', { member: `/reply/assignment/${member}` }),
    ),
  );
  return [...findings, ...unreadable];
}

/** What the rule asks for beside the member of the assignment table that would have to tell it. */
function unreadableRules(authority: AuthorityModel, table: AssignmentTable): [string, string][] {
  const rules: [rule: string, member: string, unreadable: boolean][] = [
    ['may_assign', 'level', !authority.may_assign.some((body) => canBeRead(body, table))],
    ['instrument_required', 'instrument_at', authority.instrument_required && table.instrument_at === undefined],
    ['batch', 'batch_size_at', authority.batch !== null && table.batch_size_at === undefined],
    [
      'evidence_from_levels',
      'evidence_filed_at',
      authority.evidence_from_levels.length > 0 && table.evidence_filed_at === undefined,
    ],
    ['approvals', 'approvals', authority.approvals.length > 0 && table.approvals === undefined],
    [
      'approvals_signed',
      'approvals/signature_at',
      authority.approvals_signed && table.approvals !== undefined && table.approvals.signature_at === undefined,
    ],
  ];
  return rules.flatMap(([rule, member, unreadable]): [string, string][] => (unreadable ? [[rule, member]] : []));
}

function canBeRead({ level, roles }: EntitledBody, table: AssignmentTable): boolean {
  const levels = table.level.values.some(({ to }) => to === level);
  return levels && (roles.length === 0 || table.role.values.some(({ to }) => roles.includes(to)));
}

function isAmong(bodies: readonly EntitledBody[], { level, roles }: EntitledBody): boolean {
  return bodies.some(
    (body) =>
      body.level === level &&
      (body.roles.length === 0 || (roles.length > 0 && roles.every((role) => body.roles.includes(role)))),
  );
}
