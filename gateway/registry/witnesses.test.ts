import { expect, test } from 'vitest';
import { EMPTY_STATE, type EntityRecord } from './fold-state.ts';
import { witnessesOf } from './witnesses.ts';

const MARK = { by: 'https://anchor.example', kid: 'k', index: 0, at_s: 0 };
const TIMES = { announced_s: 0, activated_s: 0, retired_s: null, revoked_s: null, expires_s: null };

function witness(entity_id: string): EntityRecord {
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo', kid: 'w' } as const;
  return {
    entity_id,
    role: 'operator',
    name: { zh: '甲', en: 'A' },
    province: null,
    superior: null,
    state: 'enrolled',
    enrolled: MARK,
    seq: 0,
    prev: null,
    keys: [{ use: 'witness', jwk, state: 'active', ...TIMES }],
  };
}

test('an entity whose identifier is no name in a note keeps every other one from being a witness', () => {
  const ids = ['https://a.example/one+two', 'https://b.example', `https://c.example/${'c'.repeat(255)}`];
  const entities = new Map(ids.map((id) => [id, witness(id)]));
  expect(witnessesOf({ ...EMPTY_STATE, entities }).map(({ name }) => name)).toEqual(['b.example']);
});
