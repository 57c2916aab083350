import { someOf } from '../nation.ts';
import { provinceKey } from '../provincial-ceremony.ts';
import { becomesTrue, readinessOf } from '../questions.ts';
import { freshGreen, scanAt } from '../venue.ts';
import { type Drill, must } from './drill.ts';
import { mustScanAll } from './scanning.ts';

const OVER_WITHIN_MS = 10_000;

/**
 * A province removes its own gateway, whose keys are in strange hands. What it signs verifies nowhere any more, it says
 * so itself, and everybody else goes on. It stays removed: the same keys are never admitted again.
 */
export const REVOKED_GATEWAY: Drill = {
  name: 'revoked_gateway',
  run: async (nation) => {
    const [gone, ...others] = [...nation.provinces.values()].reverse();
    const [issuer] = someOf(nation);
    must(gone !== undefined && gone !== issuer, 'a nation of one province');
    await gone.offices.authority.step(
      'authority',
      'remove',
      gone.plan.destination.url,
      '--key',
      provinceKey(gone.plan),
    );
    const isOver = async () => {
      const outcome = await scanAt(nation, gone, await freshGreen(issuer)).catch(() => null);
      return outcome === null || outcome.kind === 'problem' || !outcome.verified;
    };
    must(await becomesTrue(isOver, OVER_WITHIN_MS), 'answers of a removed gateway still verify');
    const isTold = async () => (await readinessOf(gone.destination.seat))?.reasons.includes('not_admitted') === true;
    must(await becomesTrue(isTold, OVER_WITHIN_MS), 'a removed gateway says that all is well');
    const outcome = await scanAt(nation, gone, await freshGreen(issuer)).catch(() => null);
    const said = outcome === null ? 'no chain' : outcome.kind === 'problem' ? outcome.problem : outcome.fault;
    const scans = others.length < 2 ? 0 : await mustScanAll(nation, others, 'beside a removed gateway');
    const back = await scanAt(nation, issuer, await freshGreen(gone));
    must(back.kind === 'answer' && back.verified, "the province's own codes are no longer recognised");
    return `its answers end in ${said ?? 'nothing'}; ${scans + 1} scans beside it verified`;
  },
};
