import { beforeEach, describe, expect, test } from 'vitest';
import { recogniseCode } from '../verification/recognise-code.ts';
import { compileState } from './compile-state.ts';
import { documentOf, foldDocumentSchema, stateOf } from './fold-state.ts';
import { digestOf } from './manifest-text.ts';
import { activeWorld, actors, checkedBody, HENAN, NOW_S, type World } from './registry.fixture.ts';

const { gateway, first, second, henan } = actors;
const FULL = { stage: 'full' } as const;
const HEX = 'A'.repeat(32);

/** Zhengzhou's own system, in Henan: other codes than the province's. */
function systemOf(division: string, prefix: string, version = '1.0.0') {
  const manifest = JSON.stringify({ ...JSON.parse(HENAN.manifest), division, version }).replaceAll('YKM1', prefix);
  const named = { province: '410000', division, version, manifest_digest: digestOf(manifest) } as const;
  return { manifest, named };
}
const ZHENGZHOU = systemOf('410100', 'ZZM1');

let w: World;
beforeEach(async () => {
  w = await activeWorld();
});

async function submit({ manifest, named }: ReturnType<typeof systemOf>) {
  const refused = await w.try(henan, 'adapter_submitted', { manifest, scenarios_digest: digestOf(HENAN.scenarios) });
  if (refused !== null) return refused;
  const { division, ...ofProvince } = named;
  await w.do(gateway, 'adapter_checked', { ...checkedBody(ofProvince), division });
  for (const operator of [first, second]) await w.do(operator, 'adapter_approved', named);
  return await w.try(henan, 'adapter_activated', { ...named, mode: FULL });
}
const divisionOf = (code: string) => recogniseCode(compileState(w.state), code).adapter.manifest.division;

describe('a division’s own system', () => {
  test('takes the place of its province’s, or is not asked about its own codes', async () => {
    expect(await submit(ZHENGZHOU)).toBeNull();
    expect([divisionOf(`ZZM1${HEX}`), divisionOf(`YKM1${HEX}`)]).toEqual(['410100', undefined]);
    expect([...w.state.adapters.keys()]).toEqual(['410000', '410000/410100']);
  });

  test('is stopped with its province’s, or stops it', async () => {
    await submit(ZHENGZHOU);
    const stop = (division?: string) =>
      w.do(henan, 'adapter_suspended', {
        province: '410000',
        reason: 'misuse',
        ...(division === undefined ? {} : { division }),
      });
    await stop('410100');
    expect(() => divisionOf(`ZZM1${HEX}`)).toThrow(expect.objectContaining({ code: 'adapter_suspended' }));
    expect(divisionOf(`YKM1${HEX}`)).toBeUndefined();
    await w.do(henan, 'adapter_resumed', { province: '410000', division: '410100' });
    await stop();
    expect(divisionOf(`ZZM1${HEX}`)).toBe('410100');
  });

  test.each([
    ['another province', '440100'],
    ['the province itself', '410000'],
  ])('is that of %s', async (_whose, division) => {
    expect(await submit(systemOf(division, 'ZZM1'))).toBe('manifest_invalid');
  });

  test('draws codes of its own province’s system, or of a neighbour’s, to itself', async () => {
    expect(await submit(systemOf('410100', 'YKM1'))).toBe('recogniser_overlap');
    await submit(systemOf('410200', 'KFM1'));
    expect(await submit(systemOf('410300', 'KFM1'))).toBe('recogniser_overlap');
  });

  test('is moved by a version of another system, or one of the same number is refused', async () => {
    await submit(ZHENGZHOU);
    const { division: _division, ...ofProvince } = ZHENGZHOU.named;
    expect(await w.try(first, 'adapter_approved', ofProvince)).toBe('digest_mismatch');
    const back = { province: '410000', division: '410100', to_version: '1.0.0' } as const;
    expect(await w.try(henan, 'adapter_rolled_back', back)).toBe('rollback_target');
    expect(await submit(systemOf('410100', 'ZZM1', '2.0.0'))).toBeNull();
    await w.do(henan, 'adapter_rolled_back', back);
    expect(w.state.adapters.get('410000/410100')?.active).toBe('1.0.0');
    expect(w.state.adapters.get('410000')?.versions).toHaveLength(1);
  });
});

test('a snapshot loses a division, or one from before there were any is not read', async () => {
  const before = documentOf(w.state);
  expect(stateOf(foldDocumentSchema.parse(JSON.parse(JSON.stringify(before))))).toEqual(w.state);
  expect(JSON.stringify(before)).not.toContain('"division"');
  await submit(ZHENGZHOU);
  expect(stateOf(foldDocumentSchema.parse(JSON.parse(JSON.stringify(documentOf(w.state)))))).toEqual(w.state);
  expect(w.state.time_s).toBe(NOW_S);
});
