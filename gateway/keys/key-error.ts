import { CodedError } from '../../schemas/coded-error.ts';

/**
 * Why a key cannot be used or changed.
 * - `key_file_exposed`: others may read the file. `key_file_damaged`: it holds no keys. `key_file_unreadable`: not read.
 * - `key_file_busy`: another process has been changing the ring for seconds. `key_file_present`: it would be overwritten.
 * - `key_unknown`: no such ring or key. `too_many_keys`: too many are inside their window.
 * - `key_setting_invalid`: HUREN_KEYS cannot be meant. `key_use_unsupported`: the token has no such algorithm.
 * - `token_unavailable`: the PKCS#11 module, token or key cannot be used now.
 */
export type KeyErrorCode =
  | 'key_file_exposed'
  | 'key_file_damaged'
  | 'key_file_unreadable'
  | 'key_file_busy'
  | 'key_file_present'
  | 'key_unknown'
  | 'too_many_keys'
  | 'key_setting_invalid'
  | 'key_use_unsupported'
  | 'token_unavailable';

/** The key room's only error. The message names a file, a ring or a setting, never what it holds. */
export class KeyError extends CodedError<KeyErrorCode> {
  override readonly name = 'KeyError';
}
