import { setTimeout as delay } from 'node:timers/promises';
import { setFault } from '../venue-client.ts';
import type { ChaosRecord } from './records.ts';
import type { Isolation } from './report.ts';
import type { Stage } from './stage.ts';
import type { VenueLoad } from './venue-load.ts';
import type { Flushes } from './withdrawals.ts';

const HUNG = '410000';
const OTHERS = ['140000', '420000', '330000', '440000'] as const;
const PAUSE_MS = 20;
/** Scans of that one's codes begin as often whether it answers or not. */
const ITS_OWN_PER_SECOND = 20;

/**
 * One province hangs while venues go on scanning codes of the others. Turns with and without the fault alternate, so
 * that both see the same machine; each begins with empty caches, so that provinces are asked in both.
 */
export async function isolationOf(
  stage: Stage,
  load: VenueLoad,
  flushes: Flushes,
  records: readonly ChaosRecord[],
  { venues, turns, turnMs }: { readonly venues: number; readonly turns: number; readonly turnMs: number },
): Promise<Isolation> {
  const names = { healthy: 'no province hangs', hung: 'one province hangs' };
  const others = records.filter(({ province }) => province !== HUNG);
  const own = records.filter(({ province }) => province === HUNG);
  for (let turn = 0; turn < turns * 2; turn += 1) {
    const hangs = turn % 2 === 1;
    await setFault(stage.url, HUNG, hangs ? { hang: true } : null);
    for (const province of OTHERS) await flushes.push(province);
    load.enter(hangs ? names.hung : names.healthy);
    const stopOthers = load.widen(venues, PAUSE_MS, { records: others, suffix: ': the others' });
    const stopOwn = load.pour(ITS_OWN_PER_SECOND, { records: own, suffix: ': that one' });
    await delay(turnMs);
    await Promise.all([stopOthers(), stopOwn()]);
  }
  await setFault(stage.url, HUNG, null);
  const tookMs = (name: string) => load.tallies.get(`${name}: the others`)?.tookMs ?? [];
  return { healthyMs: tookMs(names.healthy), hungMs: tookMs(names.hung) };
}
