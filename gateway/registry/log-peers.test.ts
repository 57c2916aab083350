import { expect, test } from 'vitest';
import { EMPTY_STATE, type EntityRecord, type FoldState, type SubordinateRecord } from './fold-state.ts';
import { peerOrigins } from './log-peers.ts';
import { subordinateRecord } from './subordinate-record.fixture.ts';

const MARK = { by: 'https://anchor.example', kid: 'k', index: 0, at_s: 0 };

/** What the anchor has enrolled a province as, without which nobody vouches for what stands below it. */
const enrolled = (entity_id: string): EntityRecord => ({
  entity_id,
  role: 'province',
  name: { zh: '甲', en: 'A' },
  province: '410000',
  superior: null,
  state: 'enrolled',
  enrolled: MARK,
  seq: 0,
  prev: null,
  keys: [],
});

const stateWith = (...records: readonly SubordinateRecord[]): FoldState => ({
  ...EMPTY_STATE,
  anchor: 'https://anchor.example',
  entities: new Map(
    records.flatMap(({ kind, entity_id }) => (kind === 'province' ? [[entity_id, enrolled(entity_id)] as const] : [])),
  ),
  subordinates: new Map(records.map((record) => [record.entity_id, record])),
});

test('a node of several entities is asked for each of them, or a node asks itself', () => {
  const state = stateWith(
    subordinateRecord('https://henan.example/province', { kind: 'province' }),
    subordinateRecord('https://henan.example/gateway'),
    subordinateRecord('https://henan.example/issuer', { kind: 'issuer' }),
    subordinateRecord('https://guangdong.example:8443'),
  );
  expect(peerOrigins(state, new Set(['https://guangdong.example:8443']))).toEqual([
    'https://anchor.example',
    'https://henan.example',
  ]);
});

test('somebody is asked whom nobody vouches for any more, or who follows no log', () => {
  const state = stateWith(
    subordinateRecord('https://removed.example', { state: 'removed' }),
    subordinateRecord('https://agency.example', { kind: 'agency' }),
    subordinateRecord('https://server.example', { kind: 'authorization_server' }),
  );
  expect(peerOrigins(state, new Set())).toEqual(['https://anchor.example']);
  const [province, superior] = [{ kind: 'province', state: 'removed' } as const, 'https://province.example'];
  const below = stateWith(
    subordinateRecord(superior, province),
    subordinateRecord('https://below.example', { superior }),
  );
  expect(peerOrigins(below, new Set())).toEqual(['https://anchor.example']);
  expect(peerOrigins(EMPTY_STATE, new Set())).toEqual([]);
});
