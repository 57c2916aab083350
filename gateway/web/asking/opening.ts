import { sandboxAccess, sandboxVenues, type VenuesView } from './sandbox-access.ts';
import { ScannerTrust } from './scanner-trust.ts';
import { type NoAccess, type StaffView, staffAccess, type VenueAccess } from './venue-access.ts';

/** What the page stands on once it is open. */
export interface Opened {
  readonly trust: ScannerTrust;
  readonly access: VenueAccess | null;
  /** The sandbox's venues where none was named; null outside the sandbox. */
  readonly venues: VenuesView | null;
  readonly isReached: boolean;
  /** Whether staff can sign in at this gateway, and whether somebody has. */
  readonly staff: StaffView;
}

export const nowS = (): number => Math.floor(Date.now() / 1000);

/** Opens what this device has kept, then asks the gateway: as whom this page asks, and for the bundle of today. */
export async function openScanner(venue: string | null): Promise<Opened> {
  const nobody = { isOffered: false, access: null };
  const [trust, obtained, staff] = await Promise.all([
    ScannerTrust.open(nowS),
    obtainAccess(venue),
    venue === null ? staffAccess() : nobody,
  ]);
  const access = typeof obtained === 'string' ? staff.access : obtained;
  const isReached = await trust.refresh(access?.destination ?? trust.view.carried?.province ?? null);
  const venues = access === null && isReached ? await sandboxVenues() : null;
  return { trust, access, venues, isReached, staff };
}

/** As the venue that the page's address names, where there is a sandbox. */
export async function obtainAccess(venue: string | null): Promise<VenueAccess | NoAccess> {
  return venue === null ? 'access_missing' : await sandboxAccess(venue);
}
