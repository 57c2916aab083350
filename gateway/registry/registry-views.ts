import { PROVINCES, type ProvinceCode } from '../../schemas/code-lists/index.ts';
import { instantOf } from '../../schemas/instant.ts';
import { NATIONAL_BASELINE } from '../policy/baseline.ts';
import { publishedDeviations } from './compile-state.ts';
import { APPROVALS_NEEDED, countingApprovals } from './fold-adapter-review.ts';
import type {
  AdapterRecord,
  EntityRecord,
  FoldState,
  KeyRecord,
  MandateRecord,
  Mark,
  PolicyRecord,
  PublishedRecord,
  SubordinateRecord,
  VersionRecord,
} from './fold-state.ts';
import { isAdmitted } from './fold-subordinates.ts';
import { parseManifest } from './manifest-text.ts';

/** Who did something, when by the log's time, and in which entry: the entry's inclusion can be proved to anybody. */
function viewOfMark({ by, kid, index, at_s }: Mark) {
  return { by, kid, at: instantOf(at_s), index };
}

export function viewOfVersion(state: FoldState, adapter: AdapterRecord, version: VersionRecord) {
  const counting = new Set(countingApprovals(state, version));
  const { check, rejected } = version;
  return {
    version: version.version,
    stage: stageOf(adapter, version),
    manifest_digest: version.manifest_digest,
    scenarios_digest: version.scenarios_digest,
    submitted: viewOfMark(version.submitted),
    check:
      check === null
        ? null
        : { ...viewOfMark(check), passed: check.passed, level: check.level, report_digest: check.report_digest },
    approvals: version.approvals.map((mark) => ({ ...viewOfMark(mark), counts: counting.has(mark) })),
    approvals_needed: APPROVALS_NEEDED,
    rejected: rejected === null ? null : { ...viewOfMark(rejected), reason: rejected.reason },
    served: version.served,
  };
}

/** One system's adapter with every version of it. */
export function viewOfAdapter(state: FoldState, adapter: AdapterRecord) {
  const { province, division, active, trial, suspended } = adapter;
  const { zh, en } = PROVINCES[province];
  const shown = adapter.versions.find(({ version }) => version === active) ?? adapter.versions.at(-1);
  const manifest = shown === undefined ? null : parseManifest(shown.manifest, shown.manifest_digest);
  return {
    province,
    ...(division === undefined ? {} : { division }),
    name: { zh, en },
    system: manifest === null ? null : { id: manifest.system.id, name: manifest.system.name },
    state: suspended !== null ? 'suspended' : active !== null ? 'active' : 'registered',
    active,
    trial: trial === null ? null : { version: trial.version, ...trial.mode },
    suspended: suspended === null ? null : { ...viewOfMark(suspended), reason: suspended.reason, role: suspended.role },
    changed: viewOfMark(adapter.changed),
    authority: manifest?.authority ?? null,
    remedy: manifest?.remedy ?? null,
    versions: adapter.versions.map((version) => viewOfVersion(state, adapter, version)),
  };
}

/** A destination's policy; the national baseline where it has none of its own. */
export function viewOfPolicy(province: ProvinceCode, record: PolicyRecord | undefined, nowMs: number) {
  const policy = record?.policy ?? null;
  return {
    province,
    source: policy === null ? 'baseline' : 'published',
    policy: policy ?? NATIONAL_BASELINE,
    stricter: policy === null ? 0 : publishedDeviations(policy, nowMs).length,
    changed: record === undefined ? null : viewOfMark(record.changed),
  };
}

export function viewOfMandate(record: MandateRecord, nowMs: number) {
  return {
    mandate: record.mandate,
    state: mandateState(record, nowMs),
    ends_at: new Date(record.ends_ms).toISOString(),
    issued: viewOfMark(record.issued),
    revoked: record.revoked === null ? null : viewOfMark(record.revoked),
  };
}

/** An entity with its keys and where its chain of events stands: what its next event continues. */
export function viewOfEntity({ enrolled, keys, ...entity }: EntityRecord) {
  return { ...entity, enrolled: viewOfMark(enrolled), keys: keys.map(viewOfKey) };
}

/** An entity below a superior, and whether the log vouches for it now. */
export function viewOfSubordinate(state: FoldState, { admitted, changed, published, ...record }: SubordinateRecord) {
  const vouched_for = isAdmitted(state, record.entity_id);
  const marks = { admitted: viewOfMark(admitted), changed: viewOfMark(changed) };
  return { ...record, vouched_for, ...marks, published: published.map(viewOfPublished) };
}

function viewOfPublished({ jwk, announced_s, ends_s, ended_s }: PublishedRecord) {
  const times = {
    announced_at: instantOf(announced_s),
    ends_at: instantOrNull(ends_s),
    ended_at: instantOrNull(ended_s),
  };
  return { kid: jwk.kid, ...times, jwk };
}

function viewOfKey({ use, jwk, state, ...times }: KeyRecord) {
  return {
    kid: jwk.kid,
    use,
    state,
    announced_at: instantOf(times.announced_s),
    activated_at: instantOrNull(times.activated_s),
    retired_at: instantOrNull(times.retired_s),
    revoked_at: instantOrNull(times.revoked_s),
    expires_at: instantOrNull(times.expires_s),
    jwk,
  };
}

function stageOf({ active, trial }: AdapterRecord, { version, served, rejected }: VersionRecord) {
  if (rejected !== null) return 'rejected';
  if (version === active) return 'full';
  if (version === trial?.version) return trial.mode.stage;
  return served ? 'former' : 'submitted';
}

function mandateState({ mandate, ends_ms, revoked }: MandateRecord, nowMs: number) {
  if (ends_ms <= nowMs) return revoked === null ? 'ended' : 'revoked';
  return Date.parse(mandate.valid_from) <= nowMs ? 'active' : 'upcoming';
}

function instantOrNull(atS: number | null): string | null {
  return atS === null ? null : instantOf(atS);
}
