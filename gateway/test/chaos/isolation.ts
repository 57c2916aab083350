import { setTimeout as delay } from 'node:timers/promises';
import { setFault } from '../venue-client.ts';
import type { ChaosRecord } from './records.ts';
import { type IsolationTurn, percentileOf } from './report.ts';
import type { Stage } from './stage.ts';
import type { VenueLoad } from './venue-load.ts';
import type { Flushes } from './withdrawals.ts';

const HUNG = '410000';
const OTHERS = ['140000', '420000', '330000', '440000'] as const;
const PAUSE_MS = 20;
/** Scans of that one's codes begin as often whether it answers or not. */
const ITS_OWN_PER_SECOND = 20;

/**
 * One province hangs while venues go on scanning codes of the others. Spells with and without the fault alternate, so
 * that both see the same machine; each begins with empty caches, so that provinces are asked in both. A turn is one of
 * each.
 */
export async function isolationOf(
  stage: Stage,
  load: VenueLoad,
  flushes: Flushes,
  records: readonly ChaosRecord[],
  { venues, turns, turnMs }: { readonly venues: number; readonly turns: number; readonly turnMs: number },
): Promise<IsolationTurn[]> {
  const others = records.filter(({ province }) => province !== HUNG);
  const own = records.filter(({ province }) => province === HUNG);
  const p99OfSpell = async (name: string, fault: { readonly hang: true } | null): Promise<number> => {
    const tookMs = () => load.tallies.get(`${name}: the others`)?.tookMs ?? [];
    await setFault(stage.url, HUNG, fault);
    for (const province of OTHERS) await flushes.push(province);
    const before = tookMs().length;
    load.enter(name);
    const stopOthers = load.widen(venues, PAUSE_MS, { records: others, suffix: ': the others' });
    const stopOwn = load.pour(ITS_OWN_PER_SECOND, { records: own, suffix: ': that one' });
    await delay(turnMs);
    await Promise.all([stopOthers(), stopOwn()]);
    return percentileOf(tookMs().slice(before), 0.99);
  };
  const found: IsolationTurn[] = [];
  for (let turn = 0; turn < turns; turn += 1) {
    const healthyMs = await p99OfSpell('no province hangs', null);
    found.push({ healthyMs, hungMs: await p99OfSpell('one province hangs', { hang: true }) });
  }
  await setFault(stage.url, HUNG, null);
  return found;
}
