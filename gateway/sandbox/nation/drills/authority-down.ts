import { someOf } from '../nation.ts';
import { becomesTrue, metricOf, readinessOf } from '../questions.ts';
import { type Drill, must } from './drill.ts';
import { mustScanAll } from './scanning.ts';

const TOLD_WITHIN_MS = 15_000;

/**
 * The authorities of the platform and of a province die at once. Scans go on and verify, since chains outlast whoever
 * signed them. A gateway that starts anew meanwhile can show nobody its chain, and says so until they are back.
 */
export const AUTHORITY_DOWN: Drill = {
  name: 'authority_down',
  run: async (nation) => {
    const [first, second] = someOf(nation);
    await Promise.all([nation.authority.kill(), first.authority.kill()]);
    const scans = await mustScanAll(nation, nation.provinces.values(), 'without authorities');
    await second.destination.stop();
    await second.destination.start();
    const { seat } = second.destination;
    const isTold = async () =>
      (await readinessOf(seat))?.reasons.includes('chain_unverified') === true &&
      (await metricOf(seat, 'huren_chain_verified')) === 0;
    must(await becomesTrue(isTold, TOLD_WITHIN_MS), 'a gateway without a chain says that all is well');
    await Promise.all([nation.authority.start(), first.authority.start()]);
    const isWell = async () =>
      (await readinessOf(seat))?.ready === true && (await metricOf(seat, 'huren_chain_verified')) === 1;
    must(await becomesTrue(isWell, TOLD_WITHIN_MS), 'a gateway stays without a chain once its superiors are back');
    const after = await mustScanAll(nation, nation.provinces.values(), 'with the authorities back');
    return `${scans} scans without authorities and ${after} after verified; chain_unverified was told and taken back`;
  },
};
