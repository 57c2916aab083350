import { join } from 'node:path';
import { KeyError } from './key-error.ts';

/** A PKCS#11 token: its module's library, its label, and the file that its PIN is in. */
export interface TokenSetting {
  readonly modulePath: string;
  readonly label: string;
  readonly pinFile: string;
}

/** Where ring files are, and the token that keeps the private keys; null: the files do. */
export interface KeyPlaces {
  readonly folder: string;
  readonly token: TokenSetting | null;
}

/** What HUREN_KEYS may say; null is `file:<data directory>/keys`. */
export interface KeySetting {
  readonly setting: string | null;
  readonly dataDir: string;
}

/** The forms that HUREN_KEYS has. */
export const KEY_SETTING_FORMS =
  'file:DIR, or pkcs11:MODULE?token=LABEL&pin-file=FILE, with &dir=DIR where the ring files are not in the data directory';

/** Reads HUREN_KEYS. Throws KeyError `key_setting_invalid`, which never quotes the setting. */
export function readKeySetting({ setting, dataDir }: KeySetting): KeyPlaces {
  const places = setting === null ? { folder: null, token: null } : placesOf(setting);
  if (places === null) throw new KeyError('key_setting_invalid', `HUREN_KEYS: must be ${KEY_SETTING_FORMS}`);
  return { folder: places.folder ?? join(dataDir, 'keys'), token: places.token };
}

/** Whether a text can be meant as HUREN_KEYS. */
export function isKeySetting(text: string): boolean {
  return placesOf(text) !== null;
}

const FILES = 'file:';
const TOKEN = 'pkcs11:';
const PARAMETERS = ['token', 'pin-file', 'dir'];

function placesOf(text: string): { readonly folder: string | null; readonly token: TokenSetting | null } | null {
  if (text.startsWith(FILES) && text.length > FILES.length) return { folder: text.slice(FILES.length), token: null };
  if (!text.startsWith(TOKEN)) return null;
  const [modulePath = '', query = ''] = text.slice(TOKEN.length).split(/\?(.*)/s);
  const given = new URLSearchParams(query);
  const isKnown = [...given].every(([name, value]) => PARAMETERS.includes(name) && value !== '');
  const label = given.get('token');
  const pinFile = given.get('pin-file');
  // A parameter twice has two meanings, and an unknown one had a meaning that would be lost.
  if (
    !isKnown ||
    given.size !== new Set(given.keys()).size ||
    modulePath === '' ||
    label === null ||
    pinFile === null
  ) {
    return null;
  }
  return { folder: given.get('dir'), token: { modulePath, label, pinFile } };
}
