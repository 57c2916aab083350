import { type Nation, nodesOf } from '../nation.ts';
import { becomesTrue, metricOf } from '../questions.ts';
import { must } from './drill.ts';
import { issueNotice } from './notice.ts';

const FOLLOWED_WITHIN_MS = 10_000;

/** Enters something harmless and waits until every node has it, and with it all that was entered before. Gives its index. */
export async function whenAllFollow(nation: Nation, id: string): Promise<number> {
  const size = await issueNotice(nation, id);
  const sizes = () => Promise.all(nodesOf(nation).map(({ seat }) => metricOf(seat, 'huren_log_size')));
  const haveIt = async () => (await sizes()).every((known) => known !== null && known >= size);
  must(await becomesTrue(haveIt, FOLLOWED_WITHIN_MS), `entry ${size - 1} reached not everybody`);
  return size - 1;
}
