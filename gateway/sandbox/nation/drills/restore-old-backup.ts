import { randomBytes } from 'node:crypto';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { nodesOf } from '../nation.ts';
import { nodeSettings } from '../node-settings.ts';
import { becomesTrue, readinessOf } from '../questions.ts';
import { type Drill, must } from './drill.ts';
import { issueNotice } from './notice.ts';

const TOLD_WITHIN_MS = 15_000;
/** What a backup brings back: everything that the registry has, but for what is kept beside it to catch just this. */
const LOST = /^(?:keys|entities|(?:log|coverage|passes)\.sqlite.*|registry-snapshot\.json)$/;

/**
 * An older backup of the registry is put back, as after a bad night. It is refused, since its own last checkpoint and its
 * followers have seen more; once a person accepts the loss it starts, and everybody who follows it says that its history is
 * another one. Nothing after this drill is as it was.
 */
export const RESTORE_OLD_BACKUP: Drill = {
  name: 'restore_old_backup',
  run: async (nation) => {
    const { plan, registry, commands } = nation;
    const { dir } = registry.seat;
    const backup = join(plan.dir, 'registry.backup');
    const passphrase = randomBytes(24).toString('base64url');
    const settings = { ...nodeSettings(plan, registry.seat), HUREN_BACKUP_PASSPHRASE: passphrase };
    await commands.step(['backup', backup, '--json'], settings);
    await issueNotice(nation, 'drill-after-the-backup');
    await registry.stop();
    for (const name of readdirSync(dir)) if (LOST.test(name)) rmSync(join(dir, name), { recursive: true });
    const refused = await commands.run(['restore', backup, '--json'], settings);
    must(refused.exit !== 0 && /log_older/.test(refused.stderr), `it was not refused for its age: ${refused.stderr}`);
    await commands.step(['restore', backup, '--accept-loss', '--json'], settings);
    await registry.start();
    await issueNotice(nation, 'drill-another-history').catch(() => 0);
    const followers = nodesOf(nation).filter((node) => node !== registry);
    const areTold = async () => {
      const said = await Promise.all(followers.map(({ seat }) => readinessOf(seat)));
      return said.every((one) => one?.reasons.includes('registry_forked') === true);
    };
    must(await becomesTrue(areTold, TOLD_WITHIN_MS), 'somebody follows the other history without a word');
    return `restore said log_older; after --accept-loss all ${followers.length} followers say registry_forked`;
  },
};
