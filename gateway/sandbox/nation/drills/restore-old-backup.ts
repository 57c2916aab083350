import { cpSync, readdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { nodesOf } from '../nation.ts';
import { nodeSettings } from '../node-settings.ts';
import { becomesTrue, readinessOf } from '../questions.ts';
import { type Drill, must } from './drill.ts';
import { issueNotice } from './notice.ts';

const TOLD_WITHIN_MS = 15_000;
/** What is kept beside the store to catch just this; an operator who restores a store has no older copy of it to restore. */
const KEPT = /^(?:last-checkpoint|output\.log)/;

/**
 * An older copy of the registry is put back, as after a bad night. It refuses to start; once a person accepts the loss it
 * starts, and everybody who follows it says that its history is another one. Nothing after this drill is as it was.
 */
export const RESTORE_OLD_BACKUP: Drill = {
  name: 'restore_old_backup',
  run: async (nation) => {
    const { plan, registry } = nation;
    const { dir } = registry.seat;
    const backup = join(plan.dir, 'registry-backup');
    await registry.stop();
    copyWithoutKept(dir, backup);
    await registry.start();
    await issueNotice(nation, 'drill-after-the-backup');
    await registry.stop();
    for (const name of readdirSync(dir)) if (!KEPT.test(name)) rmSync(join(dir, name), { recursive: true });
    copyWithoutKept(backup, dir);
    const refusal = await registry.startRefused();
    must(/huren registry restore --accept-loss/.test(refusal), `it refused for another reason: ${refusal}`);
    const settings = nodeSettings(plan, registry.seat);
    const shown = await nation.commands.run(['registry', 'restore', '--json'], settings);
    must(shown.exit === 1, 'a loss was accepted without a word');
    await nation.commands.step(['registry', 'restore', '--accept-loss', '--json'], settings);
    await registry.start();
    await issueNotice(nation, 'drill-another-history').catch(() => 0);
    const followers = nodesOf(nation).filter((node) => node !== registry);
    const areTold = async () => {
      const said = await Promise.all(followers.map(({ seat }) => readinessOf(seat)));
      return said.every((one) => one?.reasons.includes('registry_forked') === true);
    };
    must(await becomesTrue(areTold, TOLD_WITHIN_MS), 'somebody follows the other history without a word');
    return `it refused to start; after --accept-loss all ${followers.length} followers say registry_forked`;
  },
};

function copyWithoutKept(from: string, to: string): void {
  cpSync(from, to, { recursive: true, filter: (path) => !KEPT.test(basename(path)) });
}
