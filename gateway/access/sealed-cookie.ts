import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { jsonOrUndefined } from '../../schemas/json-text.ts';

const SALT_BYTES = 32;
const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;
/** Browsers keep no larger cookie. */
const MAX_SEALED_LENGTH = 3_800;

/**
 * Seals what belongs to one browser into a cookie of its own, so that a visitor costs the server no memory and any
 * instance with the same secret can go on with it. AES-256-GCM under a key of each cookie's own (HKDF, RFC 5869): however
 * many strangers make us seal, no key is used twice. Whoever holds a cookie can neither read it nor use it for another purpose.
 */
export class CookieSeal {
  readonly #secret: Buffer;

  /** Null: a secret that lives as long as this process, which is then the only one that opens its cookies. */
  constructor(secret: string | null) {
    this.#secret = secret === null ? randomBytes(KEY_BYTES) : Buffer.from(secret, 'utf8');
  }

  /** Base64url, which a cookie takes as it is. */
  seal(purpose: string, value: object): string {
    const salt = randomBytes(SALT_BYTES);
    const { key, iv } = this.#keyOf(purpose, salt);
    const cipher = createCipheriv('aes-256-gcm', key, iv);
    const sealed = Buffer.concat([cipher.update(JSON.stringify(value), 'utf8'), cipher.final()]);
    return Buffer.concat([salt, cipher.getAuthTag(), sealed]).toString('base64url');
  }

  /** What was sealed for this purpose, or undefined for what is not ours: parse it, for its time may be over. */
  open(purpose: string, text: string): unknown {
    const bytes = Buffer.from(text, 'base64url');
    if (text.length > MAX_SEALED_LENGTH || bytes.length < SALT_BYTES + TAG_BYTES) return undefined;
    const { key, iv } = this.#keyOf(purpose, bytes.subarray(0, SALT_BYTES));
    const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: TAG_BYTES });
    decipher.setAuthTag(bytes.subarray(SALT_BYTES, SALT_BYTES + TAG_BYTES));
    try {
      const opened = Buffer.concat([decipher.update(bytes.subarray(SALT_BYTES + TAG_BYTES)), decipher.final()]);
      return jsonOrUndefined(opened.toString('utf8'));
    } catch {
      return undefined;
    }
  }

  #keyOf(purpose: string, salt: Buffer): { readonly key: Buffer; readonly iv: Buffer } {
    const made = Buffer.from(hkdfSync('sha256', this.#secret, salt, `huren cookie 1 ${purpose}`, KEY_BYTES + IV_BYTES));
    return { key: made.subarray(0, KEY_BYTES), iv: made.subarray(KEY_BYTES) };
  }
}
