import type { AdapterPlace } from '../../../schemas/adapter-id.ts';
import type { RegistryEvent, RegistryEventKind } from '../../../schemas/registry-event.ts';
import type { AdapterView, VersionView } from '../../../schemas/registry-views.ts';
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

/** Whether the log has that entry, signed by whom the page names. */
export async function isProved<K extends RegistryEventKind>(
  { mark, kind, fits }: Claim<K>,
  log: LogReader,
  keyOf: KeyOf,
): Promise<boolean> {
  try {
    const event = await provenEvent(log, mark.index, keyOf);
    return event.iss === mark.by && isOfKind(event, kind) && fits(event);
  } catch {
    return false;
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

/** Whether the log proves everything that the page claims about an adapter, whatever of it is looked at. */
export async function isAdapterProved(adapter: AdapterView, log: LogReader, keyOf: KeyOf): Promise<boolean> {
  const { suspended, versions } = adapter;
  const proved = await Promise.all([
    ...(suspended === null ? [] : [isProved(suspendedClaim(adapter, suspended), log, keyOf)]),
    ...versions.flatMap((version) => {
      const { check, approvals, rejected } = version;
      return [
        isProved(submittedClaim(version), log, keyOf),
        ...(check === null ? [] : [isProved(checkedClaim(adapter, version, check), log, keyOf)]),
        ...approvals.map((approval) => isProved(approvedClaim(adapter, version, approval), log, keyOf)),
        ...(rejected === null ? [] : [isProved(rejectedClaim(adapter, version, rejected), log, keyOf)]),
      ];
    }),
  ]);
  return !proved.includes(false);
}
