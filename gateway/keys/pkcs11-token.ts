import { createRequire } from 'node:module';
import type * as Pkcs11js from 'pkcs11js';
import { KeyError } from './key-error.ts';
import type { TokenSetting } from './key-setting.ts';
import { readMountedSecret } from './private-file.ts';
import { fileVersion } from './ring-file.ts';

type Handle = Pkcs11js.Handle;
type Template = Pkcs11js.Template;

/** Most signatures that are asked of the token at once; the rest wait for their turn. */
const MAX_SESSIONS = 8;
/** Both algorithms' signatures. */
const SIGNATURE_BYTES = 64;
/** Results that say the PIN is wrong: tried again and again, it would lock the token. */
const PIN_REFUSALS = ['CKR_PIN_INCORRECT', 'CKR_PIN_LOCKED', 'CKR_PIN_EXPIRED'];

/** One key pair's two objects in the token. */
export interface TokenPair {
  readonly privateKey: Handle;
  readonly publicKey: Handle;
}

/**
 * A PKCS#11 token, logged in to when it is first needed, and again after it failed. Every fault is a KeyError
 * `token_unavailable` that names the token's own result and nothing else: the PIN is read for the login alone.
 */
export class Pkcs11Token {
  readonly constants: typeof Pkcs11js;
  readonly #module: Pkcs11js.PKCS11;
  readonly #setting: TokenSetting;
  #login: { readonly slot: Handle; readonly session: Handle } | null = null;
  #idle: Handle[] = [];
  #lent = 0;
  #waiting: (() => void)[] = [];
  #found = new Map<string, Handle>();
  #refusedPin: string | null = null;

  constructor(setting: TokenSetting) {
    this.constants = loadLibrary();
    this.#module = loadModule(this.constants, setting.modulePath);
    this.#setting = setting;
  }

  /** Whether the token signs by a mechanism. */
  offers(mechanism: number): boolean {
    return this.#attempt(({ slot }) => this.#module.C_GetMechanismList(slot).includes(mechanism));
  }

  /** Makes a key pair in the token; `named` gives its id from what the token says of the public half. */
  async makePair(
    mechanism: number,
    templates: { readonly publicKey: Template; readonly privateKey: Template },
    named: (point: Buffer) => Promise<string>,
  ): Promise<void> {
    const { CKA_EC_POINT, CKA_ID } = this.constants;
    const [pair, point] = this.#attempt(({ session }) => {
      const made = this.#module.C_GenerateKeyPair(session, { mechanism }, templates.publicKey, templates.privateKey);
      const [read] = this.#module.C_GetAttributeValue(session, made.publicKey, [{ type: CKA_EC_POINT }]);
      return [made, bytesOf(read?.value)];
    });
    try {
      const id = Buffer.from(await named(point));
      this.#attempt(({ session }) => {
        for (const object of [pair.privateKey, pair.publicKey]) {
          this.#module.C_SetAttributeValue(session, object, [{ type: CKA_ID, value: id }]);
        }
      });
    } catch (error) {
      this.#destroy(pair);
      throw error;
    }
  }

  /** Makes sure that the private key of that id is there. */
  find(id: string): void {
    this.#attempt(({ session }) => this.#handleOf(id, session));
  }

  /** Whether the token is there and shows its keys: a token that is gone does neither. Throws KeyError. */
  probe(): void {
    this.#attempt(({ slot, session }) => {
      const { CKA_CLASS, CKO_PRIVATE_KEY } = this.constants;
      this.#module.C_GetTokenInfo(slot);
      this.#module.C_FindObjectsInit(session, [{ type: CKA_CLASS, value: CKO_PRIVATE_KEY }]);
      const [any] = this.#module.C_FindObjects(session, 1);
      this.#module.C_FindObjectsFinal(session);
      if (any === undefined) throw unavailable('it shows no private key');
    });
  }

  /** One signature, by a thread of its own while this process goes on. */
  async sign(id: string, mechanism: number, input: Uint8Array): Promise<Uint8Array> {
    while (this.#lent >= MAX_SESSIONS) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#lent += 1;
    try {
      const session = this.#begin(id, mechanism);
      const signature = await this.#module
        .C_SignAsync(session, Buffer.from(input), Buffer.alloc(SIGNATURE_BYTES))
        .catch((error: unknown) => this.#fail(error, session));
      this.#idle.push(session);
      return new Uint8Array(signature);
    } finally {
      this.#lent -= 1;
      this.#waiting.shift()?.();
    }
  }

  /** One signature, while this process waits. */
  signNow(id: string, mechanism: number, input: Uint8Array): Uint8Array {
    const session = this.#begin(id, mechanism);
    try {
      const signature = this.#module.C_Sign(session, Buffer.from(input), Buffer.alloc(SIGNATURE_BYTES));
      this.#idle.push(session);
      return new Uint8Array(signature);
    } catch (error) {
      return this.#fail(error, session);
    }
  }

  /** Lets go of the token. The module stays loaded: a signature may still be under way in it. */
  close(): void {
    for (const session of [...this.#idle, ...(this.#login === null ? [] : [this.#login.session])]) this.#end(session);
    this.#idle = [];
    this.#login = null;
    this.#found.clear();
  }

  #begin(id: string, mechanism: number): Handle {
    return this.#attempt(({ slot, session: main }) => {
      const key = this.#handleOf(id, main);
      const session = this.#idle.pop() ?? this.#module.C_OpenSession(slot, this.constants.CKF_SERIAL_SESSION);
      try {
        this.#module.C_SignInit(session, { mechanism }, key);
      } catch (error) {
        this.#end(session);
        throw error;
      }
      return session;
    });
  }

  #end(session: Handle): void {
    try {
      this.#module.C_CloseSession(session);
    } catch {
      // It is gone already, with whatever made the token fail.
    }
  }

  #handleOf(id: string, session: Handle): Handle {
    const known = this.#found.get(id);
    if (known !== undefined) return known;
    const { CKA_CLASS, CKA_ID, CKO_PRIVATE_KEY } = this.constants;
    this.#module.C_FindObjectsInit(session, [
      { type: CKA_CLASS, value: CKO_PRIVATE_KEY },
      { type: CKA_ID, value: Buffer.from(id) },
    ]);
    const [handle, another] = this.#module.C_FindObjects(session, 2);
    this.#module.C_FindObjectsFinal(session);
    if (handle === undefined || another !== undefined) {
      throw new KeyError('token_unavailable', `HUREN_KEYS: the token does not have exactly one private key ${id}`);
    }
    this.#found.set(id, handle);
    return handle;
  }

  #destroy({ privateKey, publicKey }: TokenPair): void {
    this.#attempt(({ session }) => {
      for (const object of [privateKey, publicKey]) this.#module.C_DestroyObject(session, object);
    });
  }

  #attempt<T>(act: (login: { readonly slot: Handle; readonly session: Handle }) => T): T {
    try {
      this.#login ??= this.#logIn();
      return act(this.#login);
    } catch (error) {
      return this.#fail(error);
    }
  }

  #logIn() {
    const { label, pinFile } = this.#setting;
    const version = fileVersion(pinFile);
    if (version !== null && version === this.#refusedPin) throw unavailable('it refused the PIN in the pin-file');
    const pin = readMountedSecret(pinFile)?.trim();
    if (pin === undefined) throw new KeyError('key_file_unreadable', `HUREN_KEYS: there is no pin-file ${pinFile}`);
    const { CKF_SERIAL_SESSION, CKF_RW_SESSION, CKU_USER } = this.constants;
    const slot = this.#module
      .C_GetSlotList(true)
      .find((candidate) => this.#module.C_GetTokenInfo(candidate).label.trim() === label);
    if (slot === undefined) throw unavailable('no token of that label is there');
    const session = this.#module.C_OpenSession(slot, CKF_SERIAL_SESSION | CKF_RW_SESSION);
    try {
      this.#module.C_Login(session, CKU_USER, pin);
    } catch (error) {
      const result = resultOf(error);
      if (PIN_REFUSALS.includes(result)) this.#refusedPin = version;
      // The login is the process's, and another store may have it already.
      if (result !== 'CKR_USER_ALREADY_LOGGED_IN') {
        this.#module.C_CloseSession(session);
        throw error;
      }
    }
    return { slot, session };
  }

  /** Starts anew with the next question: sessions and handles do not outlive a token that failed. */
  #fail(error: unknown, lent?: Handle): never {
    if (error instanceof KeyError) throw error;
    // A token has room for so many, and gives none to somebody who signs no more.
    if (lent !== undefined) this.#end(lent);
    this.close();
    throw unavailable(resultOf(error));
  }
}

function loadLibrary(): typeof Pkcs11js {
  try {
    const library: typeof Pkcs11js = createRequire(import.meta.url)('pkcs11js');
    return library;
  } catch {
    throw new KeyError(
      'token_unavailable',
      'HUREN_KEYS: pkcs11: needs the optional package pkcs11js, which is not installed or was not compiled',
    );
  }
}

const modules = new Map<string, Pkcs11js.PKCS11>();

/** A module is initialised once a process, whoever uses it. */
function loadModule(constants: typeof Pkcs11js, path: string): Pkcs11js.PKCS11 {
  const known = modules.get(path);
  if (known !== undefined) return known;
  const loaded = new constants.PKCS11();
  try {
    loaded.load(path);
    loaded.C_Initialize({ flags: constants.CKF_OS_LOCKING_OK });
  } catch (error) {
    throw unavailable(`its module cannot be loaded: ${resultOf(error)}`);
  }
  modules.set(path, loaded);
  return loaded;
}

function unavailable(why: string): KeyError {
  return new KeyError('token_unavailable', `HUREN_KEYS: the PKCS#11 token cannot be used: ${why}`);
}

/** The name of a PKCS#11 result; other faults may say anything, and are not quoted. */
function resultOf(error: unknown): string {
  return (error instanceof Error ? /\bCKR_[A-Z0-9_]+/.exec(error.message)?.[0] : undefined) ?? 'unknown';
}

function bytesOf(value: unknown): Buffer {
  if (Buffer.isBuffer(value)) return value;
  throw unavailable('it does not say what it made');
}
