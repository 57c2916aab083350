import { z } from 'zod';
import { startChromium } from '../chromium.ts';
import { codeOf, DoorPage, issuePass, mutated, revokePass } from '../scan-page.ts';
import type { DoorRun } from './run.ts';

/** Scans before the first look at the memory: what a page needs once is no growth. */
const WARM_UP = 100;
/** Growth over all scans that is none: the engine's own tables breathe by this much. */
const ALLOWED_BYTES = 1_500_000;
const heapSchema = z.object({ usedSize: z.number() });

/** Many scans in a row on one page: what it holds afterwards is what it held before. */
export async function memoryOfManyScans({ gateway, codes, options, note, fault }: DoorRun): Promise<void> {
  const browser = await startChromium();
  const open = await DoorPage.open(browser, gateway.url);
  const session = await open.context.newCDPSession(open.page);
  const heap = async () => {
    await session.send('HeapProfiler.collectGarbage');
    return heapSchema.parse(await session.send('Runtime.getHeapUsage')).usedSize;
  };
  const scenarios = ['green', 'yellow', 'red', 'unknown'].map((scenario) => codeOf(codes, '410000', scenario));
  const scan = async (count: number) => {
    for (let at = 0; at < count; at += 1) await open.type(scenarios[at % scenarios.length] ?? '');
  };
  await scan(WARM_UP);
  const before = await heap();
  await scan(options.scans);
  const after = await heap();
  note(`${options.scans} scans in a row: ${before} bytes before, ${after} after`);
  if (after - before > ALLOWED_BYTES) fault(`the page grew by ${after - before} bytes`);
  await browser.close();
}

/** One of them is withdrawn: this door does not know before it has a newer list, and then refuses that one alone. */
async function withdrawnOne(open: DoorPage, url: string, passes: readonly string[], fault: DoorRun['fault']) {
  const [withdrawn = '', other = ''] = passes;
  await revokePass(url, withdrawn);
  const before = await open.type(withdrawn);
  if (before.decision !== 'pass') fault(`a door without a network cannot know yet: ${JSON.stringify(before)}`);
  await open.context.setOffline(false);
  await open.page.reload();
  await open.page.locator('[data-trust="held"]').waitFor();
  await open.cutNetwork();
  const [after, good] = [await open.type(withdrawn), await open.type(other)];
  if (after.problem !== 'status_revoked') fault(`a withdrawn pass: ${JSON.stringify(after)}`);
  if (good.decision !== 'pass' || good.verified !== 'true') fault(`another one beside it: ${JSON.stringify(good)}`);
}

/** Passes without a network: every good one is accepted, and every altered one refused. */
export async function passesOffline({ gateway, codes, options, note, fault }: DoorRun): Promise<void> {
  const green = codeOf(codes, '410000', 'green');
  const passes: string[] = [];
  for (let at = 0; at < options.passes; at += 1) passes.push(await issuePass(gateway.url, green));
  const browser = await startChromium();
  const open = await DoorPage.open(browser, gateway.url);
  await open.cutNetwork();
  for (const pass of passes) {
    const [good, bad] = [await open.type(pass), await open.type(mutated(pass))];
    if (good.decision !== 'pass' || good.verified !== 'true') fault(`a good pass: ${JSON.stringify(good)}`);
    if (bad.problem === undefined || bad.verified !== 'false') fault(`an altered pass: ${JSON.stringify(bad)}`);
  }
  note(`${passes.length} passes without a network, and each of them altered`);
  await withdrawnOne(open, gateway.url, passes, fault);
  await browser.close();
}
