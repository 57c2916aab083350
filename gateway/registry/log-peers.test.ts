import { expect, test } from 'vitest';
import { EMPTY_STATE, type FoldState, type SubordinateRecord } from './fold-state.ts';
import { peerOrigins } from './log-peers.ts';

const MARK = { by: 'https://anchor.example', kid: 'k', index: 0, at_s: 0 };

function subordinate(entity_id: string, over: Partial<SubordinateRecord> = {}): SubordinateRecord {
  return {
    entity_id,
    superior: 'https://anchor.example',
    kind: 'gateway',
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
    published: [],
    configured_s: null,
    ...over,
  };
}

const stateWith = (...records: readonly SubordinateRecord[]): FoldState => ({
  ...EMPTY_STATE,
  anchor: 'https://anchor.example',
  subordinates: new Map(records.map((record) => [record.entity_id, record])),
});

test('a node of several entities is asked for each of them, or a node asks itself', () => {
  const state = stateWith(
    subordinate('https://henan.example/province', { kind: 'province' }),
    subordinate('https://henan.example/gateway'),
    subordinate('https://henan.example/issuer', { kind: 'issuer' }),
    subordinate('https://guangdong.example:8443'),
  );
  expect(peerOrigins(state, new Set(['https://guangdong.example:8443']))).toEqual([
    'https://anchor.example',
    'https://henan.example',
  ]);
});

test('somebody is asked whom nobody vouches for any more, or who follows no log', () => {
  const state = stateWith(
    subordinate('https://removed.example', { state: 'removed' }),
    subordinate('https://agency.example', { kind: 'agency' }),
    subordinate('https://server.example', { kind: 'authorization_server' }),
  );
  expect(peerOrigins(state, new Set())).toEqual(['https://anchor.example']);
  expect(peerOrigins(EMPTY_STATE, new Set())).toEqual([]);
});
