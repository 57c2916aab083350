import { CodedError } from '../../schemas/coded-error.ts';

export type CacheErrorCode = 'unavailable' | 'secret_missing' | 'address_invalid';

/** The cache cannot do what was asked. No message carries a key, a code or an address with its password. */
export class CacheError extends CodedError<CacheErrorCode> {
  override readonly name = 'CacheError';
}
