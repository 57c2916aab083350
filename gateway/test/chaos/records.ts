import type { ProvinceCode } from '../../../schemas/code-lists/index.ts';
import type { Status } from '../../../schemas/status.ts';
import { postRecord, sandboxCodes } from '../venue-client.ts';

/** One invented holder: the code, what its record says, and a time that no other record of the run has. */
export interface ChaosRecord {
  readonly code: string;
  readonly province: ProvinceCode;
  readonly status: Status;
  /** RFC 3339, as the answer must name it. */
  readonly asOf: string;
  /** As it stands in the province's record. */
  readonly rawTime: string;
  readonly handle: string | null;
}

/** Where a province's records hold their time, and whom they are about where they say so. Three of the five sign. */
const SHAPES: readonly { readonly province: ProvinceCode; readonly time: string; readonly handle?: string }[] = [
  { province: '410000', time: 'updateTime' },
  { province: '440000', time: 'updateTime' },
  { province: '140000', time: 'gxsj', handle: 'bh' },
  { province: '420000', time: 'gxsj' },
  { province: '330000', time: 'zjgxsj' },
];
const SCENARIOS = ['green', 'yellow', 'red'] as const;
const ZONE_MS = 8 * 3_600_000;

/** Enters `each` records of every colour and province. */
export async function enterRecords(url: string, each: number): Promise<ChaosRecord[]> {
  const samples = await sandboxCodes(url);
  const records: ChaosRecord[] = [];
  const nowS = Math.floor(Date.now() / 1000);
  for (const { province, time, handle } of SHAPES) {
    for (const scenario of SCENARIOS) {
      const sample = samples.find((one) => one.province === province && one.scenario === scenario);
      if (sample === undefined || sample.record === null || typeof sample.record !== 'object') continue;
      for (let n = 0; n < each; n += 1) {
        const atMs = (nowS - 120 - records.length) * 1000;
        const local = new Date(atMs + ZONE_MS).toISOString().slice(0, 19);
        const rawTime = local.replace('T', ' ');
        const name = `CHAOS${province}${String(records.length).padStart(6, '0')}`;
        const raw = { ...sample.record, [time]: rawTime, ...(handle === undefined ? {} : { [handle]: name }) };
        const code = await postRecord(url, province, raw);
        const known = { code, province, status: scenario, asOf: `${local}+08:00`, rawTime };
        records.push({ ...known, handle: handle === undefined ? null : name });
      }
    }
  }
  return records;
}
