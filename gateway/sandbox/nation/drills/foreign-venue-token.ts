import { askControl } from '../../../../adapters/sandbox/control-client.ts';
import { sandboxRequestsSchema } from '../../../../schemas/sandbox.ts';
import { type Nation, type RunningProvince, someOf } from '../nation.ts';
import { freshGreen, venueSettings } from '../venue.ts';
import { type Drill, must } from './drill.ts';

/**
 * A venue asks another province's gateway, with a token that is good in every other way. It is refused by name, and no
 * province's system hears of it: whose venues ask is for each destination to answer for.
 */
export const FOREIGN_VENUE_TOKEN: Drill = {
  name: 'foreign_venue_token',
  run: async (nation) => {
    const [first, second] = someOf(nation);
    const code = await freshGreen(second);
    const before = await requestsOf(nation);
    const foreign = await nation.scanner({ settings: venueSettings(nation, second, first), code });
    must(foreign.kind === 'problem', 'a foreign venue got an answer');
    must(foreign.problem === 'venue_foreign', `a foreign venue was told ${foreign.problem}`);
    must((await requestsOf(nation)) === before, "a foreign venue's question reached a province's system");
    const own = await nation.scanner({ settings: venueSettings(nation, first), code });
    must(own.kind === 'answer' && own.verified, 'the same code at a venue of its own gateway was not answered');
    return 'venue_foreign, and nothing reached a system; a venue of its own got an answer to the same code';
  },
};

async function requestsOf({ provinces }: Nation): Promise<string> {
  const seen = await Promise.all([...provinces.values()].map(newestOf));
  return JSON.stringify(seen);
}

/** How many there were shows in no number: the system keeps the last ones. */
async function newestOf({ system }: RunningProvince): Promise<string | null> {
  const seen = await askControl(system.ready.control, sandboxRequestsSchema, 'GET', '/requests');
  const newest = seen.at(-1);
  return newest === undefined ? null : `${seen.length} ${newest.at}`;
}
