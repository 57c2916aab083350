import type { KeptDocument } from '../../adapters/drivers/driver.ts';
import { readPrivateFile, writePrivateFile } from '../keys/private-file.ts';

/** One file of the data directory. A file that cannot be read is none; `onFault` hears of one that cannot be written. */
export function openKeptDocument(path: string, onFault: () => void): KeptDocument {
  return {
    read: () => {
      try {
        return readPrivateFile(path);
      } catch {
        return null;
      }
    },
    write: (text) => {
      try {
        writePrivateFile(path, text);
      } catch {
        onFault();
      }
    },
  };
}
