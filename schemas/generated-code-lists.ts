import { ATTESTATION_RULES } from './code-lists/attestation-rules.ts';
import { CREDENTIAL_CODES } from './code-lists/credential-codes.ts';
import {
  GROUNDS,
  LEVELS,
  LOCAL_STATES,
  PROVINCES,
  PURPOSES,
  REASON_USES,
  REASONS,
  ROLES,
  VENUE_KINDS,
} from './code-lists/index.ts';
import { FINDINGS } from './finding.ts';
import { HOLDER_CLASSES } from './mandate.ts';
import { ownMember } from './own-member.ts';
import { POLICY_REFUSALS } from './policy.ts';
import { PROBLEMS } from './problem.ts';

/** Every closed list with its texts, for readers that do not run TypeScript. An array of entries keeps a list's order. */
export function codeLists(): Record<string, readonly Entry[]> {
  return {
    attestation_rules: entriesOf(ATTESTATION_RULES),
    credential_codes: entriesOf(CREDENTIAL_CODES),
    findings: entriesOf(FINDINGS),
    grounds: entriesOf(GROUNDS),
    holder_classes: entriesOf(HOLDER_CLASSES),
    levels: entriesOf(LEVELS),
    local_states: Object.entries(LOCAL_STATES).map(([code, status]) => ({ code, status })),
    policy_refusals: entriesOf(POLICY_REFUSALS),
    problems: entriesOf(PROBLEMS),
    provinces: entriesOf(PROVINCES).sort(byCode),
    purposes: entriesOf(PURPOSES),
    reasons: entriesOf(REASONS).map((entry) => ({ ...entry, ...ownMember(REASON_USES, entry.code) })),
    roles: entriesOf(ROLES),
    venue_kinds: entriesOf(VENUE_KINDS),
  };
}

interface Entry {
  readonly code: string;
  readonly [member: string]: unknown;
}

function entriesOf(list: Readonly<Record<string, object>>): Entry[] {
  return Object.entries(list).map(([code, entry]) => ({ code, ...entry }));
}

function byCode(a: Entry, b: Entry): number {
  return a.code < b.code ? -1 : 1;
}
