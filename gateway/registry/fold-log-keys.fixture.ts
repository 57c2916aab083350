import { generateKeyPairSync } from 'node:crypto';
import { formatVerifierKey, noteKey, rawPublicKey } from '../log/note.ts';
import type { Row } from './fold-row.fixture.ts';
import { actors, makeLogKey, NAME, VERIFIER_KEY, type World } from './registry.fixture.ts';

const { anchor, first, henan } = actors;

const created = {
  name: NAME,
  jwks: { keys: [anchor.publicJwk] },
  log: { origin: 'registry.example/log', keys: [VERIFIER_KEY] },
};
const another = makeLogKey().verifierKey;
const witnessKey = formatVerifierKey(
  noteKey('registry.example/log', 'cosignature', rawPublicKey(generateKeyPairSync('ed25519').publicKey)),
);
const addKey = (w: World, verifier_key = another, actor = anchor) => w.try(actor, 'log_key_added', { verifier_key });
const retireKey = (w: World, verifier_key = VERIFIER_KEY, actor = anchor) =>
  w.try(actor, 'log_key_retired', { verifier_key });

export const LOG_KEYS: Row[] = [
  ['a log key that an operator adds', 'role_not_entitled', 'enrolled', (w) => addKey(w, another, first)],
  ['a log key that a province retires', 'role_not_entitled', 'enrolled', (w) => retireKey(w, VERIFIER_KEY, henan)],
  ['a log key that is none', 'log_key_invalid', 'enrolled', (w) => addKey(w, 'registry.example/log+00000000+AAAA')],
  [
    'a log key under another name',
    'log_key_invalid',
    'enrolled',
    (w) => addKey(w, makeLogKey('other.example/log').verifierKey),
  ],
  [
    'a registry that names a log key under another name',
    'log_key_invalid',
    'empty',
    (w) => w.try(anchor, 'registry_created', { ...created, log: { ...created.log, origin: 'other.example/log' } }),
  ],
  [
    'a registry that names a log key under another name beside a good one',
    'log_key_invalid',
    'empty',
    (w) => {
      const keys = [VERIFIER_KEY, makeLogKey('other.example/log').verifierKey];
      return w.try(anchor, 'registry_created', { ...created, log: { ...created.log, keys } });
    },
  ],
  ['a witness’s key as a log key', 'log_key_invalid', 'enrolled', (w) => addKey(w, witnessKey)],
  [
    'a registry that names a log key twice',
    'key_reused',
    'empty',
    (w) => w.try(anchor, 'registry_created', { ...created, log: { ...created.log, keys: [another, another] } }),
  ],
  ['a log key that is listed already', 'key_reused', 'enrolled', (w) => addKey(w, VERIFIER_KEY)],
  [
    'a retired log key that comes back',
    'key_reused',
    'enrolled',
    async (w) => {
      await addKey(w);
      await retireKey(w);
      return addKey(w, VERIFIER_KEY);
    },
  ],
  [
    'a fifth log key',
    'log_keys_full',
    'enrolled',
    async (w) => {
      for (let added = 0; added < 3; added += 1) await addKey(w, makeLogKey().verifierKey);
      return addKey(w);
    },
  ],
  ['a log key retired that is not there', 'log_key_unknown', 'enrolled', (w) => retireKey(w, another)],
  ['the last log key retired', 'log_key_last', 'enrolled', (w) => retireKey(w)],
];
