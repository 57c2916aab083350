import { existsSync, mkdtempSync, rmdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { ConfigError } from './config.ts';

/**
 * Why nothing can be kept below HUREN_DATA_DIR; null where it is a folder that can be written to, or can be made. Tried by
 * writing: a permission says nothing about a full or read-only disk. Asked before the folder is made, since making one in a
 * file system that takes none need not end.
 */
export function dataFolderFault(dataDir: string): ConfigError | null {
  const place = nearestFolder(dataDir);
  try {
    if (!statSync(place).isDirectory()) throw new Error('not a folder');
    rmdirSync(mkdtempSync(join(place, '.huren-check-')));
    return null;
  } catch (cause) {
    const text = { zh: `无法写入 ${place}`, en: `${place} cannot be written to` };
    return ConfigError.of({ setting: 'HUREN_DATA_DIR', text }, { cause });
  }
}

/** The folder itself, absolute, or the one above it that is there. */
export function nearestFolder(folder: string): string {
  const at = resolve(folder);
  return existsSync(at) || dirname(at) === at ? at : nearestFolder(dirname(at));
}
