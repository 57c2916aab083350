import { adapterIdOf } from '../../schemas/adapter-id.ts';
import { conformanceReportSchema } from '../../schemas/conformance-report.ts';
import { jsonOrUndefined } from '../../schemas/json-text.ts';
import type { EventOf } from '../../schemas/registry-event.ts';
import {
  type AdapterRecord,
  type EntityRecord,
  type FoldState,
  type Mark,
  type Rejection,
  rejected,
  type VersionRecord,
  withEntry,
} from './fold-state.ts';
import { digestOf, parseManifest } from './manifest-text.ts';

/** Approvals of this many different operators move a version. */
export const APPROVALS_NEEDED = 2;

/** A province submits its own manifest; a version is never given to other bytes. */
export function submitAdapter(
  state: FoldState,
  { iss, body }: EventOf<'adapter_submitted'>,
  mark: Mark,
): FoldState | Rejection {
  const signer = state.entities.get(iss);
  if (signer?.role !== 'province') return rejected('role_not_entitled');
  const manifest_digest = digestOf(body.manifest);
  const manifest = parseManifest(body.manifest, manifest_digest);
  if (manifest === null) return rejected('manifest_invalid');
  const { province, division, version } = manifest;
  if (province !== signer.province) return rejected('province_foreign');
  const before = state.adapters.get(adapterIdOf(manifest));
  if (before?.versions.some((known) => known.version === version)) return rejected('version_exists');
  const record: VersionRecord = {
    version,
    manifest: body.manifest,
    manifest_digest,
    scenarios_digest: body.scenarios_digest,
    submitted: mark,
    check: null,
    approvals: [],
    rejected: null,
    served: false,
  };
  const adapter: AdapterRecord = before ?? {
    province,
    ...(division === undefined ? {} : { division }),
    versions: [],
    active: null,
    trial: null,
    suspended: null,
    changed: mark,
  };
  return withAdapter(state, { ...adapter, versions: [...adapter.versions, record], changed: mark });
}

/** A registrar states what the conformance kit found. A report that failed stays: a failing version never moves. */
export function checkAdapter(
  state: FoldState,
  { iss, body }: EventOf<'adapter_checked'>,
  mark: Mark,
): FoldState | Rejection {
  if (state.entities.get(iss)?.role !== 'registrar') return rejected('role_not_entitled');
  const found = findVersion(state, body);
  if ('rejected' in found) return found;
  const { adapter, version } = found;
  if (version.check?.passed === false) return rejected('check_failed');
  if (!isReportOn(body)) return rejected('report_invalid');
  const check = { ...mark, passed: body.passed, level: body.level, report_digest: digestOf(body.report) };
  return withVersion(state, adapter, { ...version, check }, mark);
}

/** A report in the documented form that says of this very version what the event says. */
function isReportOn({ province, version, manifest_digest, level, passed, report }: EventOf<'adapter_checked'>['body']) {
  const { data } = conformanceReportSchema.safeParse(jsonOrUndefined(report));
  return (
    data?.province === province &&
    data.version === version &&
    data.manifest_digest === manifest_digest &&
    data.level === level &&
    data.passed === passed
  );
}

/** A national operator puts its name to these bytes, after the kit has passed them. */
export function approveAdapter(
  state: FoldState,
  { iss, body }: EventOf<'adapter_approved'>,
  mark: Mark,
): FoldState | Rejection {
  const found = findVersion(state, body);
  if ('rejected' in found) return found;
  const { adapter, version } = found;
  if (version.submitted.by === iss) return rejected('self_approval');
  if (state.entities.get(iss)?.role !== 'operator') return rejected('role_not_entitled');
  const refusal = refuseRejected(version) ?? refuseUnchecked(version);
  if (refusal !== undefined) return refusal;
  if (countingApprovals(state, version).some(({ by }) => by === iss)) return rejected('approval_repeated');
  return withVersion(state, adapter, { ...version, approvals: [...version.approvals, mark] }, mark);
}

/** One operator's doubt is enough, and final. What answers already is suspended or rolled back first, in sight of all. */
export function rejectAdapter(
  state: FoldState,
  { iss, body }: EventOf<'adapter_rejected'>,
  mark: Mark,
): FoldState | Rejection {
  const found = findVersion(state, body);
  if ('rejected' in found) return found;
  const { adapter, version } = found;
  if (state.entities.get(iss)?.role !== 'operator') return rejected('role_not_entitled');
  if (version.version === adapter.active || version.version === adapter.trial?.version) {
    return rejected('version_in_use');
  }
  const refusal = refuseRejected(version);
  if (refusal !== undefined) return refusal;
  return withVersion(state, adapter, { ...version, rejected: { ...mark, reason: body.reason } }, mark);
}

export function refuseRejected(version: VersionRecord): Rejection | undefined {
  return version.rejected === null ? undefined : rejected('version_rejected');
}

/**
 * Approvals that count now: by different operators, with keys that were not revoked since. Whoever was removed has none
 * left; what an entity is never changes, so that whoever was an operator is one, and did not submit.
 */
export function countingApprovals(state: FoldState, { approvals }: VersionRecord): readonly Mark[] {
  const counting = approvals.filter(({ by, kid }) => isUnrevoked(state.entities.get(by), kid));
  return [...new Map(counting.map((mark) => [mark.by, mark])).values()];
}

export function refuseUnchecked({ check }: VersionRecord): Rejection | undefined {
  if (check === null) return rejected('check_missing');
  return check.passed ? undefined : rejected('check_failed');
}

/** The version that an event speaks about, by its number and by its bytes. */
export function findVersion(
  state: FoldState,
  { version, manifest_digest, ...place }: EventOf<'adapter_approved'>['body'],
): { readonly adapter: AdapterRecord; readonly version: VersionRecord } | Rejection {
  const adapter = state.adapters.get(adapterIdOf(place));
  if (adapter === undefined) return rejected('version_unknown');
  const record = adapter.versions.find((known) => known.version === version);
  if (record === undefined) return rejected('version_unknown');
  return record.manifest_digest === manifest_digest ? { adapter, version: record } : rejected('digest_mismatch');
}

export function withVersion(state: FoldState, adapter: AdapterRecord, version: VersionRecord, mark: Mark): FoldState {
  const versions = adapter.versions.map((known) => (known.version === version.version ? version : known));
  return withAdapter(state, { ...adapter, versions, changed: mark });
}

export function withAdapter(state: FoldState, adapter: AdapterRecord): FoldState {
  return { ...state, adapters: withEntry(state.adapters, adapterIdOf(adapter), adapter) };
}

function isUnrevoked(entity: EntityRecord | undefined, kid: string): boolean {
  return entity?.keys.some(({ jwk, state }) => jwk.kid === kid && state !== 'revoked') === true;
}
