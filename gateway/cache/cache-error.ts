export type CacheErrorCode = 'unavailable' | 'secret_missing' | 'address_invalid';

/** The cache cannot do what was asked. No message carries a key, a code or an address with its password. */
export class CacheError extends Error {
  override readonly name = 'CacheError';
  readonly code: CacheErrorCode;
  constructor(code: CacheErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
