import { askControl } from '../../../../adapters/sandbox/control-client.ts';
import { sandboxCodesSchema } from '../../../../schemas/sandbox.ts';
import { someOf } from '../nation.ts';
import { becomesTrue } from '../questions.ts';
import { scanAt } from '../venue.ts';
import { type Drill, must } from './drill.ts';

/** One certificate of each family that is good, and one that nobody on the list has signed. */
const SCENARIOS = ['green', 'green-card', 'forged'];
/** Whoever has just been registered is known to a gateway once that has followed the log. */
const KNOWN_WITHIN_MS = 15_000;

/**
 * Travellers bring certificates from abroad: a destination has them decided by the node that stands for their issuers, as any
 * province's codes, and each answer verifies up to the anchor.
 */
export const CERTIFICATES_FROM_ABROAD: Drill = {
  name: 'certificates_from_abroad',
  run: async (nation) => {
    const { ready } = await nation.abroad.ready;
    const [destination] = someOf(nation);
    const codes = await askControl(ready.control, sandboxCodesSchema, 'GET', '/codes');
    const said: string[] = [];
    for (const wanted of SCENARIOS) {
      const found = codes.find(({ scenario }) => scenario === wanted);
      must(found !== undefined && 'decision' in found.expected, `no certificate shows ${wanted}`);
      const { code, expected } = found;
      const scan = () => scanAt(nation, destination, code);
      const isKnown = async () => (await scan()).kind === 'answer';
      must(await becomesTrue(isKnown, KNOWN_WITHIN_MS), `${wanted}: no answer`);
      const outcome = await scan();
      must(outcome.kind === 'answer' && outcome.verified, `${wanted}: the answer does not verify`);
      const { status, decision, assurance, adapter } = outcome;
      must(decision === expected.decision, `${wanted}: ${status}, ${decision}`);
      must(
        assurance === 'node-signed' && adapter?.endsWith(' by node') === true,
        `${wanted}: ${assurance}, ${adapter}`,
      );
      said.push(`${wanted} ${decision}`);
    }
    return `${said.join(', ')}: decided by the node of ${nation.abroad.plan.code}, each verified up to the anchor`;
  },
};
