import { beforeAll, describe, expect, test } from 'vitest';
import { REJECTIONS, type RejectionCode } from '../../schemas/registry-rejections.ts';
import { ACTIVATIONS } from './fold-activations.fixture.ts';
import { ADAPTERS } from './fold-adapters.fixture.ts';
import { ENTITIES } from './fold-entities.fixture.ts';
import { ENVELOPE } from './fold-envelope.fixture.ts';
import { LOG_KEYS } from './fold-log-keys.fixture.ts';
import { NODES } from './fold-nodes.fixture.ts';
import { POLICIES } from './fold-policies.fixture.ts';
import type { Start } from './fold-row.fixture.ts';
import { STAGES } from './fold-stages.fixture.ts';
import { activeWorld, actors, checkedWorld, enrolledWorld, HENAN_1_NAMED, World } from './registry.fixture.ts';

const { henan } = actors;
const ROWS = [...ENVELOPE, ...ENTITIES, ...ADAPTERS, ...ACTIVATIONS, ...STAGES, ...NODES, ...POLICIES, ...LOG_KEYS];
/** Decided by a gateway around the fold; their tests are with `WritableRegistry` and `submitEvent`. */
const ELSEWHERE: RejectionCode[] = [
  'scenarios_missing',
  'log_key_mismatch',
  'log_key_unheld',
  'subordinate_exists',
  'subordinate_unknown',
  'subordinate_invalid',
  'keys_not_handed_over',
  'key_ended',
];

const worlds = new Map<Start, World>();
beforeAll(async () => {
  worlds.set('empty', new World());
  worlds.set('enrolled', await enrolledWorld());
  worlds.set('checked', await checkedWorld());
  worlds.set('active', await activeWorld());
});
const from = (start: Start) => worlds.get(start)?.fork() ?? new World();

describe('what the fold refuses', () => {
  test.each(ROWS)('%s is accepted, or refused by another code than %s', async (_defect, code, start, attempt) => {
    const world = from(start);
    expect(await attempt(world)).toBe(code);
  });

  test('a rejection code is tested nowhere', () => {
    const tested = new Set<string>([...ROWS.map(([, code]) => code), ...ELSEWHERE]);
    expect(Object.keys(REJECTIONS).filter((code) => !tested.has(code))).toEqual([]);
  });

  test('a refused event changes the state', async () => {
    const world = from('checked');
    const before = JSON.stringify([...world.state.adapters.values(), ...world.state.entities.values()]);
    const { state } = world;
    await world.try(henan, 'adapter_approved', HENAN_1_NAMED);
    expect(world.state).toBe(state);
    expect(JSON.stringify([...world.state.adapters.values(), ...world.state.entities.values()])).toBe(before);
  });
});
