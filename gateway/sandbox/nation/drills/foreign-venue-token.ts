import { askControl } from '../../../../adapters/sandbox/control-client.ts';
import { sandboxRequestsSchema } from '../../../../schemas/sandbox.ts';
import type { Settings } from '../huren-command.ts';
import { type Nation, type RunningProvince, someOf } from '../nation.ts';
import { freshGreen, venueSettings } from '../venue.ts';
import { type Drill, must } from './drill.ts';

/**
 * A venue asks another province's gateway, with a token that is good in every other way; and a client whom a province's
 * server has registered in another province's region asks both. Each is refused by name, and no province's system hears of
 * it: whose venues ask is for each destination to answer for, and a province says nothing about another's venues.
 */
export const FOREIGN_VENUE_TOKEN: Drill = {
  name: 'foreign_venue_token',
  run: async (nation) => {
    const [first, second] = someOf(nation);
    const code = await freshGreen(second);
    const before = await requestsOf(nation);
    const refused = async (who: string, problem: string, settings: Settings) => {
      const outcome = await nation.scanner({ settings, code });
      must(outcome.kind === 'problem', `${who} got an answer`);
      must(outcome.problem === problem, `${who} was told ${outcome.problem}`);
    };
    await refused('a foreign venue', 'venue_foreign', venueSettings(nation, second, { gateway: first }));
    const stray = { client: first.plan.stray };
    await refused('a venue said to stand abroad', 'token_invalid', venueSettings(nation, first, stray));
    const abroad = venueSettings(nation, first, { ...stray, gateway: second });
    await refused('a venue of a foreign server', 'venue_foreign', abroad);
    must((await requestsOf(nation)) === before, "a refused venue's question reached a province's system");
    const own = await nation.scanner({ settings: venueSettings(nation, first), code });
    must(own.kind === 'answer' && own.verified, 'the same code at a venue of its own gateway was not answered');
    return 'venue_foreign twice and token_invalid, and nothing reached a system; a venue of its own got an answer to the same code';
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
