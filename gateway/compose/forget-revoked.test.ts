import { expect, test } from 'vitest';
import { EMPTY_STATE, type FoldState, type PublishedRecord, type SubordinateRecord } from '../registry/fold-state.ts';
import { forgetRevoked } from './forget-revoked.ts';

const NOW_S = 1_800_000_000;
const MARK = { by: 'https://anchor.example', kid: 'k', index: 0, at_s: 0 };
const JWK = { kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo', kid: 'one' } as const;
const KEY: PublishedRecord = { jwk: JWK, announced_s: 0, ends_s: null, ended_s: null };

const stateWith = (published: readonly PublishedRecord[], kind: SubordinateRecord['kind']): FoldState => ({
  ...EMPTY_STATE,
  subordinates: new Map([
    [
      'https://issuer.example',
      {
        entity_id: 'https://issuer.example',
        superior: 'https://province.example',
        kind,
        name: { zh: '甲', en: 'A' },
        province: '410000',
        level: null,
        role: null,
        venue_kinds: null,
        regions: null,
        state: 'admitted',
        admitted: MARK,
        changed: MARK,
        jwks: [],
        published,
        given_up: [],
        configured_s: null,
      },
    ],
  ]),
});

/** The provinces that are forgotten when the keys of an entity have become others. */
function forgotten(kind: SubordinateRecord['kind'], ...steps: readonly (readonly PublishedRecord[])[]): string[] {
  let state = EMPTY_STATE;
  let told = () => {};
  const provinces: string[] = [];
  forgetRevoked({
    registry: {
      folded: () => state,
      onChange: (listener) => {
        told = listener;
        return () => undefined;
      },
    },
    forgetProvince: async (province) => void provinces.push(province),
  });
  for (const published of steps) {
    state = stateWith(published, kind);
    told();
  }
  return provinces;
}

const revoked = { ...KEY, ended_s: NOW_S };

test('answers that lean on a key which an issuer has revoked are given from the cache', () => {
  expect(forgotten('issuer', [KEY], [revoked])).toEqual(['410000']);
  expect(forgotten('issuer', [{ ...KEY, ends_s: NOW_S + 1 }], [{ ...revoked, ends_s: NOW_S + 1 }])).toEqual(['410000']);
});

test('a rotation, another key or a gateway’s empties the cache of a province', () => {
  const rotated = { ...KEY, ends_s: NOW_S };
  expect(forgotten('issuer', [KEY], [rotated], [{ ...rotated, ended_s: NOW_S }])).toEqual([]);
  expect(forgotten('issuer', [revoked], [revoked, { ...KEY, jwk: { ...JWK, kid: 'two' } }])).toEqual(['410000']);
  expect(forgotten('gateway', [KEY], [revoked])).toEqual([]);
});
