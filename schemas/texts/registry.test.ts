import { expect, test } from 'vitest';
import { draftUnknownText } from './draft.ts';
import { consistentText } from './registry.ts';
import { entityKindText } from './registry-state.ts';

test('a log to which nothing was added is said to have grown, or one that grew to be the same', () => {
  for (const lostAt of [null, '22:19']) {
    expect(consistentText(204, 204, lostAt).zh).not.toContain('只有新增');
    expect(consistentText(204, 205, lostAt).zh).toContain('只有新增');
    expect(consistentText(204, 204, lostAt).en).not.toBe(consistentText(204, 205, lostAt).en);
  }
});

test('what a draft cannot tell counts what there was none of, or hides what there was', () => {
  expect(draftUnknownText(0, 0, 11)).toEqual({
    zh: '无从得知：少于 11 次的分组未计入；人们会否因此改去别处。',
    en: 'Not known: groups of fewer than 11 are not counted; and whether people would have gone elsewhere.',
  });
  expect(draftUnknownText(1, 3, 11).en).toContain('reaches no table; 3 of cells of another version;');
});

test('the national platform, or whoever signs abroad, is called a province', () => {
  const words = (['000000', '900000', '310000'] as const).map((province) =>
    entityKindText({ role: 'province', province }),
  );
  expect(words.map(({ en }) => en)).toEqual(['national platform', 'issuers abroad', 'province']);
  expect(entityKindText({ role: 'operator', province: null }).en).toBe('national operator');
});
