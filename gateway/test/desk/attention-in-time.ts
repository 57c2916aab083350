import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { keysOf, PROVINCES, VENUE_KINDS } from '../../../schemas/code-lists/index.ts';
import { becomesTrue } from '../../sandbox/nation/questions.ts';
import { randomFrom } from '../chaos/random.ts';
import { DeskPage } from './desk-page.ts';
import { KnownScans, venueClient } from './known-scans.ts';
import type { DeskRun } from './run.ts';

const AT_THE_TOP_WITHIN_MS = 10_000;
/** Whatever else is slow on a busy machine: how long it took is measured. */
const LOOKED_FOR_MS = 60_000;
const LAPSES_AFTER_MS = 15_000;

/** A falling recognition, a lapsed mandate and a province that goes silent, each on a page that is open already. */
export async function attentionInTime({ nation, browser, note, fault, options }: DeskRun): Promise<void> {
  const page = await DeskPage.open(browser, nation.monitor.seat.url);
  const mustBeFirst = async (kind: string, province: string | null, sinceMs: number) => {
    const isFirst = async () => {
      const [first, where] = await page.first();
      return first === kind && (province === null || where === province);
    };
    const came = await becomesTrue(isFirst, LOOKED_FOR_MS);
    const tookMs = Math.round(performance.now() - sinceMs);
    if (!came) fault(`${kind} is not at the top after ${tookMs} ms; that is ${(await page.first()).join(' ')}`);
    else if (tookMs > AT_THE_TOP_WITHIN_MS) fault(`${kind} came to the top after ${tookMs} ms`);
    else note(`${kind} was at the top after ${tookMs} ms`);
  };

  const destination = nation.provinces.get('440000');
  const issuer = nation.provinces.get('420000');
  if (destination === undefined || issuer === undefined) throw new Error('the nation has other provinces');
  const known = await KnownScans.read(nation, randomFrom(options.seed));
  const old = known.drawn('440000', 2_000, ['420000']).find(({ expected }) => expected === 'green refer');
  const green = known.drawn('440000', 2_000, ['420000']).find(({ expected }) => expected === 'green pass');
  if (old === undefined || green === undefined) throw new Error('there is no green to show');
  const client = venueClient(nation, destination);
  const purpose = destination.plan.venue.purposes[0] ?? 'venue_entry';
  const scan = (code: string, n: number) => client.verifyBatch(Array.from({ length: n }, () => ({ code, purpose })));
  await scan(green.code, 50);
  const fallsAtMs = performance.now();
  for (let batch = 0; batch < 8; batch += 1) await scan(old.code, 100);
  await mustBeFirst('recognition_falling', '420000', fallsAtMs);

  const lapsesAtMs = Date.now() + LAPSES_AFTER_MS;
  await onlyUntil(nation, lapsesAtMs);
  if ((await page.first())[0] !== 'recognition_falling') fault('a mandate that has not lapsed is at the top');
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, lapsesAtMs - Date.now())));
  await mustBeFirst('mandate_lapsing', null, performance.now());
  await issue(nation, 'desk-from-now', Date.now() + 86_400_000);

  const silentAtMs = performance.now();
  await Promise.all([issuer.issuer.kill(), issuer.destination.kill(), issuer.authority.kill()]);
  await mustBeFirst('node_silent', '420000', silentAtMs);
  await page.close();
}

/** Has the nation's mandate end at that time. */
async function onlyUntil(nation: DeskRun['nation'], untilMs: number): Promise<void> {
  await issue(nation, 'desk-until-soon', untilMs);
  await nation.offices.anchor.step('mandate', 'revoke', 'special-venues', '--key', keyOf(nation));
}

async function issue(nation: DeskRun['nation'], id: string, untilMs: number): Promise<void> {
  const { anchor } = nation.offices;
  const mandate = {
    id,
    instrument: { title: { zh: '短期授权', en: 'Short' }, citation: 'Notice 2020-12' },
    regions: keysOf(PROVINCES).flatMap((code) => (code === '000000' ? [] : [code.slice(0, 2)])),
    venue_kinds: keysOf(VENUE_KINDS).filter((kind) => VENUE_KINDS[kind].special),
    purposes: ['venue_entry'],
    holder_classes: ['any_traveller'],
    auditors: [],
    valid_from: new Date().toISOString(),
    valid_until: new Date(untilMs).toISOString(),
  };
  const file = join(anchor.dir, `${id}.json`);
  writeFileSync(file, JSON.stringify(mandate));
  await anchor.step('mandate', 'issue', file, '--key', keyOf(nation));
}

function keyOf({ plan }: DeskRun['nation']): string {
  return join(plan.authority.dir, 'keys', 'anchor', 'registry.json');
}
