import { firstOverlap } from '../../adapters/recogniser-overlap.ts';
import { type AdapterPlace, adapterIdOf } from '../../schemas/adapter-id.ts';
import type { ProvinceCode } from '../../schemas/code-lists/index.ts';
import type { Manifest } from '../../schemas/manifest.ts';
import type { EventOf } from '../../schemas/registry-event.ts';
import {
  APPROVALS_NEEDED,
  countingApprovals,
  findVersion,
  refuseRejected,
  refuseUnchecked,
  withAdapter,
  withVersion,
} from './fold-adapter-review.ts';
import {
  type AdapterRecord,
  type EntityRecord,
  type FoldState,
  isRejection,
  type Mark,
  type Rejection,
  rejected,
  type VersionRecord,
} from './fold-state.ts';
import { issuesFor } from './fold-subordinates.ts';
import { parseManifest } from './manifest-text.ts';

/** A version that was checked and twice approved is put on trial or to full use, by its province or by an operator. */
export function activateAdapter(
  state: FoldState,
  { iss, body }: EventOf<'adapter_activated'>,
  mark: Mark,
): FoldState | Rejection {
  const found = findVersion(state, body);
  if ('rejected' in found) return found;
  const { adapter, version } = found;
  const mover = moverOf(state, iss, body.province);
  if (isRejection(mover)) return mover;
  if (adapter.suspended !== null && !(body.mode.stage === 'full' && isStuck(state, adapter))) {
    return rejected('adapter_is_suspended');
  }
  const refusal = refuseService(state, adapter, version);
  if (refusal !== undefined) return refusal;
  if (adapter.active === version.version) return rejected('already_active');
  if (body.mode.stage === 'full') {
    const active = { ...adapter, active: version.version, trial: null };
    return withVersion(state, active, { ...version, served: true }, mark);
  }
  const active = activeVersion(adapter);
  if (active === undefined) return rejected('no_active_version');
  if (!recogniseAlike(active, version)) return rejected('trial_not_comparable');
  return withAdapter(state, { ...adapter, trial: { version: version.version, mode: body.mode }, changed: mark });
}

/** Anybody who may move an adapter may stop it: one operator is enough, in haste and in doubt. */
export function suspendAdapter(
  state: FoldState,
  { iss, body }: EventOf<'adapter_suspended'>,
  mark: Mark,
): FoldState | Rejection {
  const moved = movedAdapter(state, iss, body);
  if (isRejection(moved)) return moved;
  const { adapter, mover } = moved;
  if (adapter.active === null) return rejected('no_active_version');
  if (adapter.suspended !== null) return rejected('adapter_is_suspended');
  const suspended = { ...mark, reason: body.reason, role: mover.role };
  return withAdapter(state, { ...adapter, suspended, changed: mark });
}

/** What answers again has to be what could be put to use today: much may have changed while it was suspended. */
export function resumeAdapter(
  state: FoldState,
  { iss, body }: EventOf<'adapter_resumed'>,
  mark: Mark,
): FoldState | Rejection {
  const moved = movedAdapter(state, iss, body);
  if (isRejection(moved)) return moved;
  const { adapter, mover } = moved;
  if (adapter.suspended === null) return rejected('adapter_not_suspended');
  if (mover.role === 'province' && adapter.suspended.role !== 'province') return rejected('suspension_not_yours');
  const refusal = refuseResumption(state, adapter);
  if (refusal !== undefined) return refusal;
  return withAdapter(state, { ...adapter, suspended: null, changed: mark });
}

/** Back to what was in full use before; its checks and approvals must still stand. Ends any trial. */
export function rollBackAdapter(
  state: FoldState,
  { iss, body }: EventOf<'adapter_rolled_back'>,
  mark: Mark,
): FoldState | Rejection {
  const moved = movedAdapter(state, iss, body);
  if (isRejection(moved)) return moved;
  const { adapter } = moved;
  const target = adapter.versions.find(({ version }) => version === body.to_version);
  const onTrial = adapter.trial !== null;
  if (target?.served !== true || (target.version === adapter.active && !onTrial)) return rejected('rollback_target');
  const refusal = refuseService(state, adapter, target);
  if (refusal !== undefined) return refusal;
  return withAdapter(state, { ...adapter, active: target.version, trial: null, changed: mark });
}

/** The manifest in full use, or undefined. */
export function activeVersion({ active, versions }: AdapterRecord): VersionRecord | undefined {
  return versions.find(({ version }) => version === active);
}

/** The adapter that is moved, and who moves it. */
function movedAdapter(
  state: FoldState,
  iss: string,
  place: AdapterPlace,
): { readonly adapter: AdapterRecord; readonly mover: EntityRecord } | Rejection {
  const mover = moverOf(state, iss, place.province);
  if (isRejection(mover)) return mover;
  const adapter = state.adapters.get(adapterIdOf(place));
  return adapter === undefined ? rejected('adapter_unknown') : { adapter, mover };
}

function moverOf(state: FoldState, iss: string, province: ProvinceCode): EntityRecord | Rejection {
  const mover = state.entities.get(iss);
  switch (mover?.role) {
    case 'operator':
    case 'anchor':
      return mover;
    case 'province':
      return mover.province === province ? mover : rejected('province_foreign');
    default:
      return rejected('role_not_entitled');
  }
}

/** Why a version may not answer now, in full or on trial, whichever way it comes to that. */
function refuseService(state: FoldState, adapter: AdapterRecord, version: VersionRecord): Rejection | undefined {
  const enough = countingApprovals(state, version).length >= APPROVALS_NEEDED;
  return (
    refuseRejected(version) ??
    refuseUnchecked(version) ??
    (enough ? undefined : rejected('approvals_missing')) ??
    refuseNode(state, version) ??
    refuseOverlap(state, adapter, version)
  );
}

/** Of all that a resumption sets to work: what is in full use, and what is on trial beside it. */
function refuseResumption(state: FoldState, adapter: AdapterRecord): Rejection | undefined {
  const used = adapter.versions.filter(
    ({ version }) => version === adapter.active || version === adapter.trial?.version,
  );
  return used.map((version) => refuseService(state, adapter, version)).find((refusal) => refusal !== undefined);
}

/** Nobody activates around a suspension. What could not be resumed is replaced, and stays suspended until somebody resumes it. */
function isStuck(state: FoldState, adapter: AdapterRecord): boolean {
  return refuseResumption(state, adapter) !== undefined;
}

/** A node that nobody vouches for, or that is another province's, would leave every destination with no answer. */
function refuseNode(state: FoldState, version: VersionRecord): Rejection | undefined {
  const manifest = manifestOf(version);
  if (manifest?.node === undefined || issuesFor(state, manifest.node) === manifest.province) return undefined;
  return rejected('node_not_admitted');
}

function recogniseAlike(a: VersionRecord, b: VersionRecord): boolean {
  const [left, right] = [a, b].map((version) => JSON.stringify(manifestOf(version)?.recognise));
  return left === right;
}

/** No system may draw another one's codes to itself, be it another province's or another division's of its own. */
function refuseOverlap(state: FoldState, own: AdapterRecord, version: VersionRecord): Rejection | undefined {
  const manifest = manifestOf(version);
  if (manifest === null) return rejected('manifest_invalid');
  const others = [...state.adapters.values()].flatMap((adapter): Manifest[] => {
    const active = adapterIdOf(adapter) === adapterIdOf(own) ? undefined : activeVersion(adapter);
    const other = active === undefined ? null : manifestOf(active);
    return other === null ? [] : [other];
  });
  const overlap = firstOverlap(manifest, others);
  return overlap === null ? undefined : rejected('recogniser_overlap', `with ${adapterIdOf(overlap)}`);
}

function manifestOf({ manifest, manifest_digest }: VersionRecord): Manifest | null {
  return parseManifest(manifest, manifest_digest);
}
