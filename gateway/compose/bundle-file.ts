import { writeBundleFile } from '../authority/bundle-files.ts';
import type { TrustBundle } from '../trust/trust-bundle.ts';

/**
 * Keeps the file that the command line on this machine verifies with: what it gives has it written anew. What changes
 * together is written once, and one after another, so that no bundle that took longer comes after a newer one.
 */
export function keepBundleFile(
  dataDir: string,
  collect: () => Promise<TrustBundle | null>,
  onFault: (error: unknown) => void,
): () => void {
  let isDue = false;
  let isUnderWay = false;
  const write = async () => {
    try {
      const bundle = await collect();
      if (bundle !== null) writeBundleFile(dataDir, bundle);
    } catch (error) {
      onFault(error);
    }
  };
  const writeAll = async () => {
    while (isDue) {
      isDue = false;
      await write();
    }
    isUnderWay = false;
  };
  return () => {
    isDue = true;
    if (isUnderWay) return;
    isUnderWay = true;
    setImmediate(() => void writeAll());
  };
}
