import { describe, expect, test } from 'vitest';
import { newTrace, traceHeader, traceIn } from './trace.ts';

const ID = '0af7651916cd43dd8448eb211c80319c';
const SPAN = 'b7ad6b7169203331';

describe('a trace header', () => {
  test.each([
    ['nothing', undefined],
    ['an empty one', ''],
    ['no trace', `00-${'0'.repeat(32)}-${SPAN}-01`],
    ['no span', `00-${ID}-${'0'.repeat(16)}-01`],
    ['upper case', `00-${ID.toUpperCase()}-${SPAN}-01`],
    ['a version that is none', `ff-${ID}-${SPAN}-01`],
    ['more than this version has', `00-${ID}-${SPAN}-01-more`],
    ['less', `00-${ID}-${SPAN}`],
    ['two in one', `00-${ID}-${SPAN}-01, 00-${ID}-${SPAN}-01`],
    ['a line of another log', `00-${ID}-${SPAN}-01\n{"level":30}`],
    ['a long tail', `01-${ID}-${SPAN}-01-${'x'.repeat(300)}`],
  ])('with %s is followed', (_what, header) => {
    expect(traceIn(header)).toBe(null);
  });

  test('of a later version is not followed as far as this one goes', () => {
    expect(traceIn(`01-${ID}-${SPAN}-01-more`)).toEqual({ traceId: ID, spanId: SPAN, flags: '01' });
  });

  test('handed on is another trace, or the same span', () => {
    const trace = traceIn(`00-${ID}-${SPAN}-01`);
    if (trace === null) throw new Error('it is in order');
    const header = traceHeader(trace);
    expect(header).toMatch(new RegExp(`^00-${ID}-[0-9a-f]{16}-01$`));
    expect(header).not.toContain(SPAN);
    expect(traceHeader(trace)).not.toBe(header);
  });

  test('of a new trace is like the last one, or not of the form', () => {
    const [one, other] = [newTrace(), newTrace()];
    expect(one.traceId).not.toBe(other.traceId);
    expect(traceIn(traceHeader(one))).toMatchObject(one);
  });
});
