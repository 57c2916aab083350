import { hash, randomUUID } from 'node:crypto';
import type { SignerAlg } from '../trust/signer.ts';
import { KeyError } from './key-error.ts';
import { FILE_KEEPER, type HeldKey, type KeyKeeper, kidOf, type MadeKey } from './key-keeper.ts';
import type { TokenSetting } from './key-setting.ts';
import type { KeyUse } from './key-use.ts';
import { publicHalfIn } from './pkcs11-point.ts';
import { Pkcs11Token } from './pkcs11-token.ts';
import { algOf, type StoredKey } from './ring-file.ts';

// PKCS#11 3.0; the binding has names for 2.40 only.
const CKM_EC_EDWARDS_KEY_PAIR_GEN = 0x1055;
const CKM_EDDSA = 0x1057;
const CKM_EC_KEY_PAIR_GEN = 0x1040;
const CKM_ECDSA = 0x1041;
const CKK_EC = 0x03;
const CKK_EC_EDWARDS = 0x40;

interface Kind {
  readonly make: number;
  readonly sign: number;
  readonly type: number;
  /** DER: the object identifier of P-256, and the name of edwards25519 (PKCS#11 3.0 section 2.3.5). */
  readonly curve: Buffer;
}
const KINDS: Readonly<Record<SignerAlg, Kind>> = {
  ES256: {
    make: CKM_EC_KEY_PAIR_GEN,
    sign: CKM_ECDSA,
    type: CKK_EC,
    curve: Buffer.from('06082a8648ce3d030107', 'hex'),
  },
  EdDSA: {
    make: CKM_EC_EDWARDS_KEY_PAIR_GEN,
    sign: CKM_EDDSA,
    type: CKK_EC_EDWARDS,
    curve: Buffer.concat([Buffer.of(0x13, 12), Buffer.from('edwards25519')]),
  },
};

/** Keys that are made in a PKCS#11 token and never leave it; a ring's file holds their public halves. Throws KeyError. */
export async function openTokenKeeper(setting: TokenSetting): Promise<KeyKeeper> {
  const token = new Pkcs11Token(setting);
  return {
    make: (alg, use) => make(token, alg, use),
    // Rings that came from files go on until their keys have rotated into the token.
    hold: (key, where) => (key.jwk.d === undefined ? hold(token, key) : FILE_KEEPER.hold(key, where)),
    probe: () => token.probe(),
    close: () => token.close(),
  };
}

async function make(token: Pkcs11Token, alg: SignerAlg, use: KeyUse): Promise<MadeKey> {
  const kind = KINDS[alg];
  if (!token.offers(kind.make) || !token.offers(kind.sign)) {
    throw new KeyError('key_use_unsupported', `HUREN_KEYS: the token has no ${alg} keys, which ${use} rings need`);
  }
  const made = Promise.withResolvers<MadeKey>();
  await token.makePair(kind.make, templatesOf(token, kind, use), async (point) => {
    const jwk = publicHalfIn(alg, point);
    const kid = await kidOf(jwk);
    made.resolve({ kid, jwk, token: true });
    return kid;
  });
  return await made.promise;
}

function templatesOf({ constants: c }: Pkcs11Token, { type, curve }: Kind, use: KeyUse) {
  // Until the key is there, nobody knows its thumbprint.
  const both = [
    { type: c.CKA_KEY_TYPE, value: type },
    { type: c.CKA_TOKEN, value: true },
    { type: c.CKA_ID, value: Buffer.from(randomUUID()) },
    { type: c.CKA_LABEL, value: `huren ${use}` },
  ];
  return {
    publicKey: [
      ...both,
      { type: c.CKA_CLASS, value: c.CKO_PUBLIC_KEY },
      { type: c.CKA_VERIFY, value: true },
      { type: c.CKA_EC_PARAMS, value: curve },
    ],
    privateKey: [
      ...both,
      { type: c.CKA_CLASS, value: c.CKO_PRIVATE_KEY },
      { type: c.CKA_PRIVATE, value: true },
      { type: c.CKA_SENSITIVE, value: true },
      { type: c.CKA_EXTRACTABLE, value: false },
      { type: c.CKA_SIGN, value: true },
    ],
  };
}

function hold(token: Pkcs11Token, { kid, jwk }: StoredKey): HeldKey {
  const alg = algOf(jwk);
  const { sign: mechanism } = KINDS[alg];
  token.find(kid);
  const message = (input: Uint8Array) => (alg === 'ES256' ? hash('sha256', input, 'buffer') : input);
  return {
    signer: { kid, alg, sign: (input) => token.sign(kid, mechanism, message(input)) },
    signNow: (input) => token.signNow(kid, mechanism, message(input)),
  };
}
