import { writeBundleFile } from '../authority/bundle-files.ts';
import type { TrustBundle } from '../trust/trust-bundle.ts';

/** The file that the command line on this machine verifies with. */
export interface BundleFile {
  /** Something in it has changed. What changes together is written once. */
  readonly write: () => void;
  /** A chain was read anew: strangers can bring that about each second, so that it is written within a minute and no sooner. */
  readonly renew: () => void;
  readonly stop: () => void;
}

interface Parts {
  readonly dataDir: string;
  readonly collect: () => Promise<TrustBundle | null>;
  /** When the first chain in it ends, epoch seconds; Infinity where none is in it. */
  readonly firstEndS: (bundle: TrustBundle) => number;
  readonly nowS: () => number;
  readonly onFault: (error: unknown) => void;
}

const SOON_MS = 60_000;
const AT_LATEST_MS = 3_600_000;

/**
 * Keeps that file: written at each change, and anew long before the first chain in it ends, since nothing changes at a
 * quiet node and its chains end after a day all the same. One writing after another, so that no bundle that took longer
 * comes after a newer one.
 */
export function keepBundleFile({ dataDir, collect, firstEndS, nowS, onFault }: Parts): BundleFile {
  let isDue = false;
  let isUnderWay = false;
  let isStopped = false;
  let waiting: NodeJS.Timeout | null = null;
  let isSoon = false;
  const collectAndWrite = async (): Promise<number> => {
    try {
      const bundle = await collect();
      if (bundle === null) return AT_LATEST_MS;
      writeBundleFile(dataDir, bundle);
      return untilNextMs(firstEndS(bundle) - nowS());
    } catch (error) {
      onFault(error);
      return SOON_MS;
    }
  };
  const writeAll = async () => {
    while (isDue) {
      isDue = false;
      isSoon = false;
      const nextMs = await collectAndWrite();
      // What was read anew meanwhile may have come too late for this one.
      if (!isSoon) writeAfter(nextMs);
    }
    isUnderWay = false;
  };
  const write = () => {
    isDue = true;
    if (isUnderWay) return;
    isUnderWay = true;
    setImmediate(() => void writeAll());
  };
  const writeAfter = (waitMs: number) => {
    if (waiting !== null) clearTimeout(waiting);
    isSoon = waitMs <= SOON_MS;
    waiting = isStopped ? null : setTimeout(write, waitMs).unref();
  };
  return {
    write,
    renew: () => {
      if (!isSoon) writeAfter(SOON_MS);
    },
    stop: () => {
      isStopped = true;
      if (waiting !== null) clearTimeout(waiting);
    },
  };
}

/** Milliseconds until a bundle is to be written anew: half of the seconds that its first chain has left, an hour at most. */
function untilNextMs(leftS: number): number {
  return Math.min(Math.max((leftS * 1000) / 2, SOON_MS), AT_LATEST_MS);
}
