import { randomBytes } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import { EMPTY_STATE, type FoldState } from '../registry/fold-state.ts';
import { subordinateRecord } from '../registry/subordinate-record.fixture.ts';
import { StoreWatch } from '../stores/store-watch.ts';
import { NodeReports } from './node-reports.ts';
import { openSqliteCoverage } from './store-sqlite.ts';

const NODE = 'https://gateway.example/440000';
const ANCHOR = 'https://anchor.example';
const SEEN_S = 7_000;
const DAY_S = 86_400;
const FOLDED: FoldState = {
  ...EMPTY_STATE,
  anchor: ANCHOR,
  subordinates: new Map([[NODE, subordinateRecord(NODE, { province: '440000' })]]),
};

test('a gap or a beginning anew is told for good, or is not told for a day', async () => {
  const open = () => openSqliteCoverage(':memory:', { withholdBelow: 1 });
  const store = new StoreWatch({ open, onChange: () => {} });
  onTestFinished(() => store.close());
  const nodes = new NodeReports({ store, folded: () => FOLDED, hosted: new Set(), unreachable: () => new Set() });
  const fold = async (epoch: string, number: number, receivedS: number) => {
    const made = { iss: NODE, iat: receivedS, from: receivedS - 5, breakers: [], minutes: [], previous: null };
    const report = { ...made, epoch, number };
    return await store.use((opened) => opened.fold({ report, digest: '-'.repeat(43), receivedS }));
  };
  const seenAt = async (nowS: number) => {
    const { reports, over } = await nodes.read(nowS * 1000);
    return [reports[0]?.faults, over.get(NODE)];
  };
  const [before, after] = [randomBytes(16).toString('base64url'), randomBytes(16).toString('base64url')];
  expect(await fold(before, 1, SEEN_S - 5)).toBe('next');
  expect(await fold(before, 3, SEEN_S)).toBe('gap');
  expect(await seenAt(SEEN_S + DAY_S - 1)).toEqual([['gap'], ['restarted']]);
  expect(await seenAt(SEEN_S + DAY_S)).toEqual([['gap'], ['gap', 'restarted']]);
  // Another one begins its day.
  expect(await fold(before, 5, SEEN_S + DAY_S)).toBe('gap');
  expect(await seenAt(SEEN_S + DAY_S)).toEqual([['gap'], ['restarted']]);
  expect(await fold(after, 1, SEEN_S + DAY_S + 5)).toBe('restarted');
  expect(await seenAt(SEEN_S + DAY_S + 5)).toEqual([['restarted'], []]);
  expect(await seenAt(SEEN_S + 2 * DAY_S + 5)).toEqual([['restarted'], ['gap', 'restarted']]);
});
