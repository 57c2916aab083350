import fc from 'fast-check';
import { expect, test } from 'vitest';
import { conformanceFindingSchema } from '../../schemas/conformance-report.ts';
import type { CodedTexts } from '../../schemas/texts/coded.ts';
import {
  CONFORMANCE_DETAILS,
  CONFORMANCE_PROBES,
  conformanceDetailText,
  conformancePlaceText,
} from '../../schemas/texts/conformance-details.ts';
import { detail, finding } from './finding.ts';

const TEXTS: CodedTexts = { ...CONFORMANCE_DETAILS, ...CONFORMANCE_PROBES };

function placesIn(text: string): string[] {
  return [...text.matchAll(/\{(\w+)/g)].map(([, name = '']) => name).sort();
}

test.each(Object.keys(TEXTS))('%s says less in one language than in the other', (code) => {
  expect(placesIn(TEXTS[code]?.zh ?? '')).toEqual(placesIn(TEXTS[code]?.en ?? ''));
});

test('a sentence in the report of an older kit is not told as it stands', () => {
  for (const old of [
    'documented value "ORANGE"',
    'min is above max',
    'fever',
    'constructor',
    'mapped_to {"value":{}}',
  ]) {
    expect(conformanceDetailText(old)).toEqual({ zh: old, en: old });
  }
  expect(conformancePlaceText('manifest.json#/reply/status')).toMatchObject({ zh: 'manifest.json#/reply/status' });
});

test('a value is said by what every object inherits, or lost', () => {
  const { zh, en } = conformanceDetailText('mapped_to {"value":"constructor","to":"toString"}');
  expect([zh, en]).toEqual(['取值“constructor”对应到toString', 'value “constructor” is mapped to toString']);
  expect(conformanceDetailText('mapped_to').zh).toBe('取值“”对应到');
});

test('a long or an odd value makes a report that nobody can read', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 900 }), (value) => {
      const found = conformanceFindingSchema.parse(
        finding('value_undocumented', 'manifest.json#/', detail('mapped_to', { value, to: 'red' })),
      );
      const { zh } = conformanceDetailText(found.detail);
      expect(zh.startsWith('取值“') && zh.endsWith('”对应到红码（red）')).toBe(true);
      if (value.length < 40) expect(zh).toContain(value);
    }),
  );
});
