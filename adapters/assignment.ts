import type { Level, ProvinceCode, Role } from '../schemas/code-lists/index.ts';
import type { Manifest, ReplyTables } from '../schemas/manifest.ts';
import type { JsonValue } from '../schemas/scenarios.ts';
import type { Approval, Assignment } from '../schemas/statement.ts';
import { compileTableAt, localKey, type Reading } from './local-value.ts';
import { compileMember, type Lookup } from './pointer.ts';

type AssignmentTable = NonNullable<ReplyTables['assignment']>;
type ApprovalTable = NonNullable<AssignmentTable['approvals']>;
type OriginTable = NonNullable<ReplyTables['origin']>;
type Origin = NonNullable<Assignment['origin']>;
/** Told the name of every field whose value the manifest does not explain. */
type Report = (field: string) => void;

const MAX_APPROVALS = 8;
const MAX_BATCH = 1e9;
const ORIGIN_ONLY = {
  level: null,
  role: null,
  action: 'assign',
  kind: null,
  batch_size: null,
  instrument: null,
  evidence_filed: false,
  approvals: [],
} as const;

/** Reads who assigned a status, how, and where it came from; null where the record has no room for it. */
export type AssignmentReader = (record: JsonValue, report: Report) => Assignment | null;

/** Compiles the manifest's assignment and origin tables. */
export function compileAssignment({ province, reply }: Manifest): AssignmentReader {
  const readOrigin = reply.origin === undefined ? () => null : compileOrigin(reply.origin, province);
  const readAct = reply.assignment === undefined ? null : compileAct(reply.assignment);
  return (record, report) => {
    const origin = readOrigin(record, report);
    if (readAct !== null) return { ...readAct(record, report), origin };
    return origin === null ? null : { ...ORIGIN_ONLY, approvals: [], origin };
  };
}

function compileOrigin(table: OriginTable, own: ProvinceCode): (record: JsonValue, report: Report) => Origin | null {
  const read = compileTableAt(table);
  const reference = table.reference_at === undefined ? null : compileText(table.reference_at, 512, 'origin_reference');
  return (record, report) => {
    const reading = read(record);
    if (reading.kind === 'missing') return null;
    const province = mappedOr(reading, 'undisclosed', () => report('origin'));
    if (province === 'own' || province === own) return null;
    return {
      province: province === 'undisclosed' ? null : province,
      reference: reference === null ? null : reference(record, report),
    };
  };
}

function compileAct(table: AssignmentTable): (record: JsonValue, report: Report) => Omit<Assignment, 'origin'> {
  const readLevel = compileTableAt(table.level);
  const readRole = compileTableAt(table.role);
  const readAction = table.action === undefined ? null : compileTableAt(table.action);
  const batchSize = table.batch_size_at === undefined ? null : compileMember(table.batch_size_at);
  const instrument = table.instrument_at === undefined ? null : compileText(table.instrument_at, 200, 'instrument');
  const evidence = table.evidence_filed_at === undefined ? null : compileMember(table.evidence_filed_at);
  const readApprovals = table.approvals === undefined ? null : compileApprovals(table.approvals);
  return (record, report) => {
    const level = mappedOr<Level | null>(readLevel(record), null, () => report('level'));
    const role = mappedOr<Role | null>(readRole(record), null, () => report('role'));
    const actionReading = readAction === null ? null : readAction(record);
    const action = actionReading === null ? 'assign' : mappedOr(actionReading, 'assign', () => report('action'));
    // Who may assign may perhaps not convert: an act that nobody can name must not borrow its doer's authority.
    const unnamedAct = actionReading?.kind === 'unmapped';
    const size = batchSize === null ? null : readBatchSize(batchSize(record), report);
    return {
      level: unnamedAct ? null : level,
      role: unnamedAct ? null : role,
      action,
      kind: size === null ? null : size > 1 ? 'batch' : 'individual',
      batch_size: size,
      instrument: instrument === null ? null : instrument(record, report),
      evidence_filed: evidence === null ? false : readFiled(evidence(record), report),
      approvals: readApprovals === null ? [] : readApprovals(record, report),
    };
  };
}

function compileApprovals(table: ApprovalTable): (record: JsonValue, report: Report) => Approval[] {
  const list = compileMember(table.at);
  const readLevel = compileTableAt(table.level);
  const readRole = compileTableAt(table.role);
  const readAction = compileTableAt(table.action);
  const signature = table.signature_at === undefined ? null : compileText(table.signature_at, 4096, 'approvals');

  function readOne(entry: JsonValue, report: Report): Approval | null {
    const [level, role, action] = [readLevel(entry), readRole(entry), readAction(entry)];
    if (level.kind !== 'mapped' || role.kind !== 'mapped' || action.kind !== 'mapped') return null;
    const signed = signature === null ? null : signature(entry, report);
    return { level: level.to, role: role.to, action: action.to, ...(signed === null ? {} : { signature: signed }) };
  }

  return (record, report) => {
    const entries = list(record);
    if (entries === undefined || entries === null) return [];
    if (!Array.isArray(entries)) {
      report('approvals');
      return [];
    }
    const approvals = entries.slice(0, MAX_APPROVALS).map((entry) => readOne(entry, report));
    if (entries.length > MAX_APPROVALS || approvals.includes(null)) report('approvals');
    return approvals.filter((approval) => approval !== null);
  };
}

function mappedOr<T>(reading: Reading<T>, fallback: T, onUnmapped: () => void): T {
  if (reading.kind === 'mapped') return reading.to;
  if (reading.kind === 'unmapped') onUnmapped();
  return fallback;
}

function compileText(
  at: string,
  maxLength: number,
  field: string,
): (place: JsonValue, report: Report) => string | null {
  const find: Lookup = compileMember(at);
  return (place, report) => {
    const value = find(place);
    if (value === undefined || value === null || value === '') return null;
    const text = localKey(value);
    if (text !== null && text.length <= maxLength) return text;
    report(field);
    return null;
  };
}

function readBatchSize(value: JsonValue | undefined, report: Report): number | null {
  if (value === undefined || value === null) return null;
  const text = localKey(value);
  if (text !== null && /^[1-9]\d{0,9}$/.test(text) && Number(text) <= MAX_BATCH) return Number(text);
  report('batch_size');
  return null;
}

/** Only a plain true says that evidence was filed; XML has no booleans, so their words count too. */
function readFiled(value: JsonValue | undefined, report: Report): boolean {
  if (value === true || value === 'true') return true;
  if (value !== undefined && value !== null && value !== false && value !== 'false') report('evidence_filed');
  return false;
}
