import { expect, test } from 'vitest';
import { EMPTY_STATE, type FoldState, type PublishedRecord, type SubordinateRecord } from '../registry/fold-state.ts';
import { subordinateRecord } from '../registry/subordinate-record.fixture.ts';
import { forgetRevoked } from './forget-revoked.ts';

const NOW_S = 1_800_000_000;
const JWK = { kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo', kid: 'one' } as const;
const KEY: PublishedRecord = { jwk: JWK, announced_s: 0, ends_s: null, ended_s: null };
const ISSUER = 'https://issuer.example';

const stateWith = (published: readonly PublishedRecord[], kind: SubordinateRecord['kind']): FoldState => ({
  ...EMPTY_STATE,
  subordinates: new Map([[ISSUER, subordinateRecord(ISSUER, { kind, published })]]),
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
