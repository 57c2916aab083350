import type { ConformanceFinding } from '../../schemas/conformance-report.ts';
import type { ConformanceCheckName } from '../../schemas/texts/conformance-checks.ts';
import { checkAuthority, checkRemedy } from './authority-checks.ts';
import { checkAddresses, checkBounds, checkNode } from './bounds-checks.ts';
import { detail, finding, inManifest } from './finding.ts';
import { checkRecognition } from './recognition-checks.ts';
import { checkKinds, checkScenarios, checkShown } from './scenario-checks.ts';
import { checkColourNeedsValue, checkStability } from './stability-checks.ts';
import { parseFolder, type RawFolder, type Subject } from './subject.ts';
import {
  checkBlanks,
  checkDocumented,
  checkDuplicates,
  checkInformational,
  checkNames,
  checkOutcome,
} from './table-checks.ts';

export interface CheckResult {
  readonly name: string;
  readonly passed: boolean;
}

export interface CheckOutcome {
  readonly findings: ConformanceFinding[];
  readonly checks: CheckResult[];
}

/** `others`: one of the same province and system is left out, since this one replaces it. */
export type StaticOptions = Pick<Subject, 'others' | 'production' | 'lists' | 'isIssuerOf'>;

/** The subject where both files could be read, with what was found either way. */
export interface StaticOutcome extends CheckOutcome {
  readonly subject: Subject | null;
}

const CHECKS: readonly (readonly [name: ConformanceCheckName, run: (subject: Subject) => ConformanceFinding[]])[] = [
  ['folder named for its province', checkFolderName],
  ['documented values mapped, and no others', checkDocumented],
  ['one meaning per value and member', checkDuplicates],
  ['values mapped by name', checkNames],
  ['no colour without a value', checkColours],
  ['informational members decide nothing', checkInformational],
  ['reply codes unambiguous', checkOutcome],
  ['codes recognised, by this system alone', checkRecognition],
  ['remedy given', checkRemedy],
  ['authority model consistent', checkAuthority],
  ['bounds consistent', checkBounds],
  ['addresses safe', checkAddresses],
  ['node address safe and admitted', checkNode],
  ['scenarios lead where they say', checkScenarios],
  ['every colour shown to somebody', checkShown],
  ['every kind of scenario present', checkKinds],
  ['status stable', checkStability],
];

/** Everything that can be told from an adapter's two files without asking anybody. Pure: same files, same findings. */
export function checkStatic(raw: RawFolder, options: StaticOptions): StaticOutcome {
  const parsed = parseFolder(raw);
  if (parsed.kind === 'refused') {
    return { subject: null, findings: parsed.findings, checks: [{ name: 'files readable', passed: false }] };
  }
  const { manifest, scenarios } = parsed;
  const others = options.others.filter(
    ({ province, system }) => province !== manifest.province || system.id !== manifest.system.id,
  );
  const subject: Subject = { ...options, manifest, scenarios, others, name: raw.name };
  const results = CHECKS.map(([name, run]) => ({ name, findings: run(subject) }));
  return {
    subject,
    findings: results.flatMap(({ findings }) => findings),
    checks: [
      { name: 'files readable', passed: true },
      ...results.map(({ name, findings }) => ({ name, passed: !hasFailed(findings) })),
    ],
  };
}

/** True when a finding forbids the approval of the adapter. */
export function hasFailed(findings: readonly ConformanceFinding[]): boolean {
  return findings.some(({ severity }) => severity === 'fail');
}

/** A blank that is mapped shows in the table and again in every record: the table says it best. */
function checkColours(subject: Subject): ConformanceFinding[] {
  const blanks = checkBlanks(subject);
  return blanks.length > 0 ? blanks : checkColourNeedsValue(subject);
}

function checkFolderName({ manifest, name }: Subject): ConformanceFinding[] {
  if (name === null || name.startsWith(`${manifest.province}-`)) return [];
  return [finding('folder_name', inManifest('/province'), detail('folder_should_be', { province: manifest.province }))];
}
