import { someOf } from '../nation.ts';
import type { Drill } from './drill.ts';
import { whenAllFollow } from './following.ts';
import { mustScanAll } from './scanning.ts';

/**
 * The registry dies without a word. Scans go on, a gateway starts anew from its own copy, and what is decided once the
 * registry is back reaches everybody.
 */
export const REGISTRY_DOWN_AND_RESTART: Drill = {
  name: 'registry_down_and_restart',
  run: async (nation) => {
    const [first] = someOf(nation);
    await nation.registry.kill();
    const scans = await mustScanAll(nation, nation.provinces.values(), 'without the registry');
    await first.destination.kill();
    await first.destination.start();
    const again = await mustScanAll(nation, nation.provinces.values(), 'after a start without the registry');
    await nation.registry.start();
    const index = await whenAllFollow(nation, 'drill-registry-down');
    return `${scans} scans without the registry and ${again} after a start without it verified; entry ${index} reached all`;
  },
};
