import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeTestToken, type TestToken } from '../test/softhsm.ts';
import { NOW_S } from '../trust/federation.fixture.ts';
import { KeyError } from './key-error.ts';
import { readKeySetting, type TokenSetting } from './key-setting.ts';
import { openKeyStore } from './key-store.ts';
import { Pkcs11Token } from './pkcs11-token.ts';

let made: TestToken;

beforeAll(() => {
  made = makeTestToken();
});
afterAll(() => made.remove());

function settingOf(text: string): TokenSetting {
  const { token } = readKeySetting({ setting: text, dataDir: '' });
  if (token === null) throw new Error('no token');
  return token;
}

/** The module as a test asks it, initialised and logged in by the store: a login is the whole process's. */
function loggedIn() {
  const setting = settingOf(made.setting);
  const { constants: c } = new Pkcs11Token(setting);
  const module = new c.PKCS11();
  module.load(setting.modulePath);
  const [slot] = module.C_GetSlotList(true);
  if (slot === undefined) throw new Error('no slot');
  return { module, slot, c };
}

describe('a PKCS#11 token', { shuffle: false }, () => {
  // First: whoever has logged in to a token in this process is not asked for a PIN again.
  test('is told a wrong PIN again and again until it locks itself, or the PIN is quoted', () => {
    const pinFile = join(made.folder, 'wrong-pin');
    writeFileSync(pinFile, '00001111', { mode: 0o600 });
    const token = new Pkcs11Token({ ...settingOf(made.setting), pinFile });
    const ask = () => {
      try {
        token.offers(token.constants.CKM_ECDSA);
      } catch (error) {
        return error instanceof KeyError ? error.message : 'another error';
      }
      return 'accepted';
    };
    expect([ask(), ask()]).toEqual([
      'HUREN_KEYS: the PKCS#11 token cannot be used: CKR_PIN_INCORRECT',
      'HUREN_KEYS: the PKCS#11 token cannot be used: it refused the PIN in the pin-file',
    ]);
    writeFileSync(pinFile, `${made.pin}\n`);
    expect(ask()).toBe('accepted');
    token.close();
  });

  test('is asked for as many sessions as there are signatures to make', async () => {
    const store = openKeyStore({ setting: made.setting, dataDir: '' });
    const { signer } = await store.openRing('busy', 'attestation', { nowS: NOW_S });
    const { module, slot, c } = loggedIn();
    // SoftHSM numbers its handles.
    const nextHandle = () => module.C_OpenSession(slot, c.CKF_SERIAL_SESSION).readUInt32LE();
    const before = nextHandle();
    await Promise.all(Array.from({ length: 40 }, (_, count) => signer.sign(Uint8Array.of(count))));
    expect(nextHandle() - before).toBe(9);
    store.close();
  });

  test('keeps a session for each signature that fails', async () => {
    const store = openKeyStore({ setting: made.setting, dataDir: '' });
    const { signer } = await store.openRing('failing', 'attestation', { nowS: NOW_S });
    const { module, slot, c } = loggedIn();
    const nextHandle = () => module.C_OpenSession(slot, c.CKF_SERIAL_SESSION).readUInt32LE();
    const isOpen = (handle: number) => {
      const session = Buffer.alloc(8);
      session.writeUInt32LE(handle);
      try {
        return module.C_GetSessionInfo(session) !== undefined;
      } catch {
        return false;
      }
    };
    const token = new Pkcs11Token(settingOf(made.setting));
    const before = nextHandle();
    for (let count = 0; count < 3; count += 1) {
      expect(() => token.signNow(signer.kid, c.CKM_SHA256, Uint8Array.of(1))).toThrow('CKR_MECHANISM_INVALID');
      await expect(token.sign(signer.kid, c.CKM_SHA256, Uint8Array.of(1))).rejects.toThrow('CKR_MECHANISM_INVALID');
    }
    const after = nextHandle();
    const between = Array.from({ length: after - before - 1 }, (_, at) => before + 1 + at);
    expect(between.filter(isOpen)).toEqual([]);
    store.close();
  });

  test('gives a private key out', async () => {
    const store = openKeyStore({ setting: made.setting, dataDir: '' });
    const rings = [
      await store.openRing('gateway', 'attestation', { nowS: NOW_S }),
      await store.openRing('gateway', 'log', { nowS: NOW_S }),
    ];
    const { module, slot, c } = loggedIn();
    const session = module.C_OpenSession(slot, c.CKF_SERIAL_SESSION);
    for (const { signer } of rings) {
      const named = { type: c.CKA_ID, value: Buffer.from(signer.kid) };
      module.C_FindObjectsInit(session, [{ type: c.CKA_CLASS, value: c.CKO_PRIVATE_KEY }, named]);
      const [key] = module.C_FindObjects(session, 2);
      module.C_FindObjectsFinal(session);
      if (key === undefined) throw new Error('no key');
      const marks = [{ type: c.CKA_EXTRACTABLE }, { type: c.CKA_SENSITIVE }, { type: c.CKA_PRIVATE }];
      const read = module.C_GetAttributeValue(session, key, marks).map(({ value }) => value);
      expect(read).toEqual([Buffer.of(0), Buffer.of(1), Buffer.of(1)]);
      expect(() => module.C_GetAttributeValue(session, key, [{ type: c.CKA_VALUE }])).toThrow(
        'CKR_ATTRIBUTE_SENSITIVE',
      );
    }
    store.close();
  });
});
