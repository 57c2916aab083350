import type { AdapterPlace } from '../../../schemas/adapter-id.ts';
import type { RegistryEvent, RegistryEventKind } from '../../../schemas/registry-event.ts';
import type { AdapterView, VersionView } from '../../../schemas/registry-views.ts';
import { LogError } from '../../log/log-error.ts';
import { textDigest } from '../../trust/registry-event.ts';
import { isOfPlace } from './adapter-place.ts';
import { type KeyOf, provenEvent } from './log-events.ts';
import type { LogReader } from './log-reader.ts';

interface Mark {
  readonly by: string;
  readonly at: string;
  readonly index: number;
}

type EventOf<K extends RegistryEventKind> = Extract<RegistryEvent, { readonly kind: K }>;

/** That somebody did something, as the page has it from the gateway, and which entry of the log has to say so. */
export interface Claim<K extends RegistryEventKind = RegistryEventKind> {
  readonly mark: Mark;
  /** What the entry has to be. */
  readonly kind: K;
  /** Holds the event against what the page claims about it: another true entry proves nothing here. */
  readonly fits: (event: EventOf<K>) => boolean;
}

/** A name of its own among the claims of its box. */
export function claimName(kind: RegistryEventKind, { index, by }: Mark): string {
  return `${kind} ${index} ${by}`;
}

/** `unread`: the gateway gave nothing to check it by, which tells neither way. */
export type Proof = 'good' | 'bad' | 'unread';

/** Whether the log has that entry, signed by whom the page names. */
export async function proofOf<K extends RegistryEventKind>(
  { mark, kind, fits }: Claim<K>,
  log: LogReader,
  keyOf: KeyOf,
): Promise<Proof> {
  try {
    const event = await provenEvent(log, mark.index, keyOf);
    return event.iss === mark.by && isOfKind(event, kind) && fits(event) ? 'good' : 'bad';
  } catch (error) {
    return error instanceof LogError && error.code === 'unavailable' ? 'unread' : 'bad';
  }
}

function isOfKind<K extends RegistryEventKind>(event: RegistryEvent, kind: K): event is EventOf<K> {
  return event.kind === kind;
}

type Suspended = NonNullable<AdapterView['suspended']>;
type Checked = NonNullable<VersionView['check']>;
type Rejected = NonNullable<VersionView['rejected']>;
type Approval = VersionView['approvals'][number];

export function suspendedClaim(place: AdapterPlace, mark: Suspended): Claim<'adapter_suspended'> {
  return { mark, kind: 'adapter_suspended', fits: ({ body }) => isOfPlace(body, place) };
}

export function submittedClaim({ submitted, manifest_digest }: VersionView): Claim<'adapter_submitted'> {
  return {
    mark: submitted,
    kind: 'adapter_submitted',
    fits: ({ body }) => textDigest(body.manifest) === manifest_digest,
  };
}

export function checkedClaim(place: AdapterPlace, version: VersionView, mark: Checked): Claim<'adapter_checked'> {
  const isAbout = aboutOf(place, version);
  return { mark, kind: 'adapter_checked', fits: (event) => isAbout(event) && event.body.passed === mark.passed };
}

export function approvedClaim(place: AdapterPlace, version: VersionView, mark: Approval): Claim<'adapter_approved'> {
  return { mark, kind: 'adapter_approved', fits: aboutOf(place, version) };
}

export function rejectedClaim(place: AdapterPlace, version: VersionView, mark: Rejected): Claim<'adapter_rejected'> {
  return { mark, kind: 'adapter_rejected', fits: aboutOf(place, version) };
}

type OfVersion = EventOf<'adapter_checked' | 'adapter_approved' | 'adapter_rejected'>;

/** Whether an event is about exactly these bytes. */
function aboutOf(place: AdapterPlace, { version, manifest_digest }: VersionView) {
  return ({ body }: OfVersion) =>
    isOfPlace(body, place) && body.version === version && body.manifest_digest === manifest_digest;
}

/** What the log proves of all that the page claims about an adapter, whatever of it is looked at. */
export interface AdapterProofs {
  readonly isDisproved: boolean;
  /** Something under the signed head does not hold: an entry in force that is not signed yet is no such thing. */
  readonly isFalse: boolean;
  readonly isUnread: boolean;
}

export async function adapterProofs(adapter: AdapterView, log: LogReader, keyOf: KeyOf): Promise<AdapterProofs> {
  const { suspended, versions } = adapter;
  const told = <K extends RegistryEventKind>(claim: Claim<K>) =>
    proofOf(claim, log, keyOf).then((proof) => ({ proof, isSigned: claim.mark.index < log.head.size }));
  const found = await Promise.all([
    ...(suspended === null ? [] : [told(suspendedClaim(adapter, suspended))]),
    ...versions.flatMap((version) => {
      const { check, approvals, rejected } = version;
      return [
        told(submittedClaim(version)),
        ...(check === null ? [] : [told(checkedClaim(adapter, version, check))]),
        ...approvals.map((approval) => told(approvedClaim(adapter, version, approval))),
        ...(rejected === null ? [] : [told(rejectedClaim(adapter, version, rejected))]),
      ];
    }),
  ]);
  return {
    isDisproved: found.some(({ proof }) => proof === 'bad'),
    isFalse: found.some(({ proof, isSigned }) => proof === 'bad' && isSigned),
    isUnread: found.some(({ proof }) => proof === 'unread'),
  };
}
