import type { SubordinateRecord } from './fold-state.ts';

const MARK = { by: 'https://anchor.example', kid: 'k', index: 0, at_s: 0 };

/** An admitted gateway of Henan, of which a test says what matters to it. */
export function subordinateRecord(entity_id: string, over: Partial<SubordinateRecord> = {}): SubordinateRecord {
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
    given_up: [],
    configured_s: null,
    ...over,
  };
}
