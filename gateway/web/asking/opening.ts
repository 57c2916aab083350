import { sandboxAccess, sandboxVenues, type VenuesView } from './sandbox-access.ts';
import { ScannerTrust } from './scanner-trust.ts';
import { staffAccess, type VenueAccess } from './venue-access.ts';

/** What the page stands on once it is open. */
export interface Opened {
  readonly trust: ScannerTrust;
  readonly access: VenueAccess | null;
  /** The sandbox's venues where none was named; null outside the sandbox. */
  readonly venues: VenuesView | null;
  readonly isReached: boolean;
  /** Whether staff can sign in at this gateway. */
  readonly isLoginOffered: boolean;
}

export const nowS = (): number => Math.floor(Date.now() / 1000);

/** Opens what this device has kept, then asks the gateway: as whom this page asks, and for the bundle of today. */
export async function openScanner(venue: string | null): Promise<Opened> {
  const [trust, lent, staff] = await Promise.all([
    ScannerTrust.open(nowS),
    venue === null ? null : sandboxAccess(venue),
    venue === null ? staffAccess() : null,
  ]);
  const access = typeof lent === 'string' ? null : (lent ?? staff?.access ?? null);
  const isReached = await trust.refresh(access?.destination ?? trust.view.carried?.province ?? null);
  const venues = access === null && isReached ? await sandboxVenues() : null;
  return { trust, access, venues, isReached, isLoginOffered: staff?.isOffered ?? false };
}
