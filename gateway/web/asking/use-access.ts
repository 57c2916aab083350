import { useEffect, useRef, useState } from 'preact/hooks';
import type { Opened } from './opening.ts';
import { isMendedBySigningIn, type Outcome } from './outcome.ts';
import { sandboxAccess } from './sandbox-access.ts';
import { type NoAccess, staffAccess, type VenueAccess } from './venue-access.ts';

/** As whom a page asks, and how somebody comes to be somebody again. */
export interface AskingAs {
  readonly access: VenueAccess | null;
  /** Whether somebody was signed in here until the gateway let them in no more. */
  readonly hasEnded: boolean;
  /** How one signs in here. */
  readonly way: VenueAccess['way'];
  /** As whom to ask now; looked for again where nobody is signed in. */
  readonly obtain: () => Promise<VenueAccess | NoAccess>;
  readonly take: (access: VenueAccess) => void;
  /** Nobody asks here any more, until somebody signs in. */
  readonly leave: () => void;
  /** Takes note of what a question came to: whom the gateway lets in no more is signed in no more. */
  readonly heed: (outcome: Outcome) => void;
}

/** `venue`: the sandbox's venue that the address names. */
export function useAccess(venue: string | null, opened: Promise<Opened>): AskingAs {
  const [access, setAccess] = useState<VenueAccess | null>(null);
  const [isOffered, setOffered] = useState(false);
  const [isSandbox, setSandbox] = useState(false);
  const [hasEnded, setEnded] = useState(false);
  // Asked by what has begun before: a batch goes on as whoever is signed in by then.
  const held = useRef<VenueAccess | null>(null);
  const hold = (next: VenueAccess | null) => {
    held.current = next;
    setAccess(next);
    if (next !== null) setEnded(false);
  };

  const lookAgain = async () => {
    if (venue !== null) return await sandboxAccess(venue);
    const staff = await staffAccess();
    if (staff === null) return 'gateway_unreachable';
    setOffered(staff.isOffered);
    return staff.access ?? 'access_missing';
  };
  const obtain = async () => {
    await opened;
    if (held.current !== null) return held.current;
    const found = await lookAgain();
    if (held.current !== null || typeof found === 'string') return held.current ?? found;
    hold(found);
    return found;
  };

  useEffect(() => {
    void opened.then((now) => {
      hold(held.current ?? now.access);
      setOffered(now.isLoginOffered);
      setSandbox(now.venues !== null);
    });
  }, [opened]);
  // Somebody who has signed in beside this page comes back to it, or a network does that was away.
  useEffect(() => {
    const look = () => {
      if (venue === null && held.current === null && !document.hidden) void obtain();
    };
    document.addEventListener('visibilitychange', look);
    addEventListener('online', look);
    return () => {
      document.removeEventListener('visibilitychange', look);
      removeEventListener('online', look);
    };
  }, [opened]);

  return {
    access,
    hasEnded,
    way: access?.way === 'sandbox' || isSandbox ? 'sandbox' : isOffered ? 'session' : 'token',
    obtain,
    take: hold,
    leave: () => hold(null),
    heed: (outcome) => {
      // What a sandbox lends it lends anew by itself.
      if (held.current === null || held.current.way === 'sandbox' || !isMendedBySigningIn(outcome)) return;
      setEnded(true);
      hold(null);
    },
  };
}
