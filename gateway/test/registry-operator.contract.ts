import type { Locator } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { receiptSchema } from '../../schemas/registry-views.ts';
import { sandboxCodesSchema } from '../../schemas/sandbox.ts';
import { huren } from '../cli/huren.fixture.ts';
import { hasFocus, tabAndPress, tabTo } from './keyboard-walk.ts';
import { browserKey, divisionExample, exampleAs, forgedReceipt, logIn, makeBrowserKey } from './registry-page.ts';
import type { RegistryPageSite } from './registry-page-site.ts';
import { openVenueClient } from './venue-client.ts';

const PENDING = '#pending-120000-0\\.1\\.0';

/** What an operator does on the page, with a key of the browser. One story: each goes on with what the one before put to use. */
export function operatorStory(site: () => RegistryPageSite): void {
  /** What a scan of Tianjin's green leads to: a decision, or a problem's code. */
  async function answer(): Promise<string> {
    const reply = await fetch(`${site().gateway.url}/sandbox/codes?unregistered=1`);
    const green = sandboxCodesSchema.parse(await reply.json()).find(({ scenario }) => scenario === 'green');
    const venue = await openVenueClient(site().gateway.url);
    const scanned = await venue.post('/v1/verifications', { code: green?.code, purpose: 'medical_visit' });
    const said = z.object({ decision: z.string().optional(), code: z.string().optional() }).parse(await scanned.json());
    return said.decision ?? said.code ?? '';
  }

  describe('an operator', { shuffle: false }, () => {
    test('cannot put a version to use or stop it with a key of this browser, or can before it is enrolled', async () => {
      const { context, page, complaints } = await site().open('zh-CN');
      await logIn(page, 'operator-b');
      const jwk = await makeBrowserKey(page);
      expect(JSON.parse(jwk)).not.toHaveProperty('d');
      const waiting = page.locator(PENDING);
      await waiting.getByRole('checkbox').check();
      // Who submitted it, its check, the approval of the other operator, and the bytes.
      await expect.poll(() => waiting.locator('.proof.good').count()).toBe(4);
      expect(await waiting.locator('dt').allInnerTexts()).toContain('批准 1/2');
      expect(await waiting.getByRole('button', { name: '批准此版本' }).isDisabled()).toBe(true);

      const why = page.getByText('此处没有已登记的密钥');
      expect(await why.count()).toBe(1);

      await site().run('registry', 'enrol-key', jwk, '--as', 'operator-b');
      await page.getByText('此密钥已登记').waitFor();
      expect(await why.count()).toBe(0);
      await waiting.getByRole('button', { name: '批准此版本' }).click();
      const activate = waiting.getByRole('button', { name: '启用此版本' });
      await activate.waitFor();

      const { kid } = z.object({ kid: z.string() }).parse(JSON.parse(jwk));
      const [version] = (await site().tianjin()).versions;
      expect(version?.approvals.map(({ counts }) => counts)).toEqual([true, true]);
      expect(version?.approvals[1]?.kid).toBe(kid);
      await page.locator('#history-kind').selectOption('entities');
      const announced = page.locator('#history [data-kind="key_announced"] code').first();
      await expect.poll(() => announced.innerText()).toBe(kid);

      await activate.click();
      await expect.poll(async () => (await site().tianjin()).active).toBe('0.1.0');
      expect(await answer()).toBe('pass');

      // Somebody else's page has been open all the time, and is told.
      const watching = await site().open('en-GB', '/registry#province-120000');
      const suspend = page.locator('#suspend');
      const stop = suspend.getByRole('button', { name: '暂停此适配器' });
      await page.locator('#suspend-province').selectOption('120000');
      await page.locator('#suspend-reason').selectOption('misuse');
      expect(await stop.isDisabled()).toBe(true);
      await suspend.getByLabel('请输入“天津”以确认').fill('河南');
      expect(await stop.isDisabled()).toBe(true);
      await suspend.getByLabel('请输入“天津”以确认').fill('天津');
      await stop.click();
      await expect.poll(answer).toBe('adapter_suspended');
      await page.locator('#resume-120000').getByText('赋码被滥用').waitFor();
      await watching.page.locator('#province-120000 .badge.suspended').waitFor();
      const latest = watching.page.locator('#history li').first();
      await expect.poll(() => latest.innerText()).toContain('Statuses are assigned for other than epidemic reasons');
      expect(await latest.getAttribute('data-kind')).toBe('adapter_suspended');
      await page.getByRole('button', { name: '恢复此适配器' }).click();
      await expect.poll(answer).toBe('pass');
      await watching.page.locator('#province-120000 .badge.active').waitFor();
      expect(watching.complaints).toEqual([]);
      await watching.context.close();
      expect(complaints).toEqual([]);
      await context.close();
    });

    test('cannot enrol another key of theirs, try a version on some codes, roll it back, or reject one', async () => {
      for (const version of ['0.2.0', '0.3.0'])
        await site().run('adapter', 'submit', exampleAs(site().scratch, version));
      await site().run('adapter', 'approve', '120000', '0.2.0', '--as', 'operator-a');
      await site().run('adapter', 'submit', divisionExample(site().scratch, '120116'));
      await site().run('adapter', 'approve', '120000/120116', '0.1.0', '--as', 'operator-a');
      const old = await site().open('en-GB');
      await logIn(old.page, 'operator-b');
      await site().run('registry', 'enrol-key', await makeBrowserKey(old.page), '--as', 'operator-b');
      const { page, context, complaints } = await site().open('en-GB');
      await logIn(page, 'operator-b');
      const jwk = await makeBrowserKey(page);
      await old.page.getByText('Enrol another key of mine').click();
      await old.page.getByLabel('The public key that the other browser shows (JSON)').fill(jwk);
      await old.page.getByRole('button', { name: 'Enrol this key' }).click();
      await page.getByText('This key is enrolled and can sign').waitFor();

      const waiting = page.locator('#pending-120000-0\\.2\\.0');
      await waiting.getByRole('checkbox').check();
      await waiting.getByRole('button', { name: 'Approve this version' }).click();
      await waiting.getByLabel('On trial: it answers a share of the codes').check();
      await waiting.getByLabel('Codes that it answers (%)').fill('25');
      const putToUse = waiting.getByRole('button', { name: 'Put this version to use' });
      await putToUse.click();
      await expect
        .poll(async () => (await site().tianjin()).trial)
        .toEqual({ version: '0.2.0', stage: 'canary', percent: 25 });
      await waiting.locator('h4').getByText('0.2.0 · on trial 25% of codes').waitFor();
      // What is in use is no earlier version: to go back to it ends the trial, and it says so.
      const targets = page.locator('#roll-back-to option:not([disabled])');
      await page.locator('#roll-back-province').selectOption('120000');
      await expect.poll(() => targets.allInnerTexts()).toEqual(['0.1.0 (in use: this only ends the trial)']);
      await waiting.getByLabel('In full: it answers').check();
      await putToUse.click();
      await expect.poll(async () => (await site().tianjin()).active).toBe('0.2.0');

      const rollBack = page.locator('#roll-back');
      await expect.poll(() => targets.allInnerTexts()).toEqual(['0.1.0']);
      await page.locator('#roll-back-to').selectOption('0.1.0');
      const back = rollBack.getByRole('button', { name: 'Roll back to the chosen version' });
      expect(await back.isDisabled()).toBe(true);
      await rollBack.getByLabel('Type “Tianjin 120000” to confirm').fill('Tianjin 120000');
      await back.click();
      await expect.poll(async () => (await site().tianjin()).active).toBe('0.1.0');

      const other = page.locator('#pending-120000-0\\.3\\.0');
      await other.getByText('Reject this version').first().click();
      const reject = other.getByRole('button', { name: 'Reject this version' });
      // What refuses looks like what suspends.
      expect(await edgeOf(other.locator('details.aside'))).toBe(await edgeOf(page.locator('#suspend')));
      expect(await reject.isDisabled()).toBe(true);
      await page.locator('#reject-reason-120000-0\\.3\\.0').selectOption('authority_wrong');
      expect(await reject.isDisabled()).toBe(true);
      await other.getByLabel('Type “Tianjin 120000” to confirm').fill('Tianjin 120000');
      await reject.click();
      await expect
        .poll(async () => (await site().tianjin()).versions.at(-1))
        .toMatchObject({
          stage: 'rejected',
          rejected: { reason: 'authority_wrong' },
        });
      await expect.poll(() => other.count()).toBe(0);
      const late = await huren(['adapter', 'approve', '120000', '0.3.0', '--as', 'operator-a'], site().env);
      expect([late.exit, late.stderr]).toEqual([1, expect.stringContaining('version_rejected')]);

      // A division's own system is approved and stopped as that, and its province's goes on.
      const division = page.locator('#pending-120000-120116-0\\.1\\.0');
      await division.getByRole('checkbox').check();
      await division.getByRole('button', { name: 'Approve this version' }).click();
      await division.getByRole('button', { name: 'Put this version to use' }).click();
      await expect.poll(async () => (await site().tianjin('?division=120116')).state).toBe('active');
      await page.locator('#suspend-province').selectOption('120000/120116');
      await page.locator('#suspend-reason').selectOption('other');
      await page.locator('#suspend').getByLabel('Type “Tianjin 120116” to confirm').fill('Tianjin 120116');
      await page.getByRole('button', { name: 'Suspend this adapter' }).click();
      await page.locator('#province-120000-120116 .badge.suspended').waitFor();
      expect([(await site().tianjin('?division=120116')).state, (await site().tianjin()).state]).toEqual([
        'suspended',
        'active',
      ]);

      // A gateway that says yes and shows another proof is not believed.
      await page.route('**/v1/registry/events', async (route) => {
        const reply = await route.fetch();
        const receipt = receiptSchema.parse(await reply.json());
        await route.fulfill({ response: reply, json: { ...receipt, index: receipt.index - 1 } });
      });
      await page.locator('#suspend-province').selectOption('120000');
      await page.locator('#suspend-reason').selectOption('other');
      await page.locator('#suspend-name').fill('Tianjin 120000');
      await page.getByRole('button', { name: 'Suspend this adapter' }).click();
      const refused = page.locator('#suspend').getByRole('status').getByText('the receipt does not hold');
      await refused.waitFor();
      // Nor one that proves it under a head that the log never signed, and has taken nothing.
      await page.unroute('**/v1/registry/events');
      let typed = '';
      await page.route('**/v1/registry/events', async (route) => {
        typed = await page.locator('#suspend-name').inputValue();
        const receipt = forgedReceipt(route.request().postData() ?? '', new URL(site().gateway.url).host);
        await route.fulfill({ status: 201, json: receipt });
      });
      await page.locator('#suspend-province').selectOption('410000');
      await page.locator('#suspend-name').fill('Henan');
      await page.getByRole('button', { name: 'Suspend this adapter' }).click();
      await page.locator('#suspend').getByRole('status').getByText('Signing and sending').waitFor({ state: 'hidden' });
      expect(await refused.count()).toBe(1);
      // What was confirmed stands there while it is sent, and has to be written again for another time.
      expect([typed, await page.locator('#suspend-name').inputValue()]).toEqual(['Henan', '']);
      await site().run('adapter', 'resume', '120000', '--as', 'operator-a');
      expect([...old.complaints, ...complaints]).toEqual([]);

      // Under a log that this browser does not believe nobody is sent to enrol a key that is enrolled.
      // Set by the next page itself: the one that is open keeps what it has just read of a log that has grown.
      await page.addInitScript(`{
        const kept = JSON.parse(localStorage.getItem('huren-registry-log'));
        localStorage.setItem('huren-registry-log', JSON.stringify({ ...kept, size: kept.size + 1000 }));
      }`);
      await page.reload();
      await page.getByText('Nothing can be signed about a log that this browser does not believe').waitFor();
      // Beside each step as well, and what is told of who is stopped has no more proof than the rest.
      const card = page.locator('#resume-120000-120116');
      const said = await card.innerText();
      expect(said).toContain('○ suspended (not proven)');
      expect(said).toContain('○ The log is in doubt: nothing can be signed now.');
      expect(await card.getByRole('button').isDisabled()).toBe(true);
      expect(await page.locator('#enrol-command').count()).toBe(0);
      await old.context.close();
      await context.close();
    });

    test('cannot take every step with the keyboard alone, loses the place, or is not told what came of it', async () => {
      for (const version of ['0.5.0', '0.6.0'])
        await site().run('adapter', 'submit', exampleAs(site().scratch, version));
      await site().run('adapter', 'approve', '120000', '0.5.0', '--as', 'operator-a');
      const { page, context, complaints } = await site().open('en-GB');
      await logIn(page, 'operator-b');
      const make = page.getByRole('button', { name: 'Make a key in this browser' });
      await make.waitFor();
      await tabAndPress(page, make, 'Enter');
      await site().run('registry', 'enrol-key', await browserKey(page), '--as', 'operator-b');
      await page.getByText('This key is enrolled and can sign').waitFor();
      const outcome = page.locator('.outcome');
      const told = async (what: string) => {
        await outcome.getByText(`✓ ${what} · it is in the log`).waitFor();
        await expect.poll(() => hasFocus(outcome), { message: what }).toBe(true);
        expect(await outcome.getAttribute('role')).toBe('status');
      };

      // Opened, looked into and left again: whoever did so is where they were before.
      const enrol = page.locator('#operator summary').getByText('Enrol another key of mine');
      await tabAndPress(page, enrol, 'Enter');
      await tabTo(page, page.locator('#enrol-jwk'));
      await page.keyboard.type('{}');
      await page.getByRole('alert').getByText('That is no public key').waitFor();
      await page.keyboard.press('Escape');
      expect(await hasFocus(enrol)).toBe(true);
      expect(await page.locator('#enrol-jwk').isVisible()).toBe(false);

      const waiting = page.locator('#pending-120000-0\\.5\\.0');
      // Who submitted it, its check, the approval of the other operator, and the bytes.
      await expect.poll(() => waiting.locator('.proof.good').count()).toBe(4);
      expect(await waiting.locator('dt').allInnerTexts()).toContain('Approvals 1/2');
      await tabAndPress(page, waiting.getByRole('checkbox'), 'Space');
      await tabAndPress(page, waiting.getByRole('button', { name: 'Approve this version' }), 'Enter');
      await told('Approved · Tianjin 0.5.0');
      await tabAndPress(page, waiting.getByRole('radio', { name: 'In full' }), 'ArrowDown');
      await page.keyboard.press('ArrowDown');
      expect(await waiting.getByRole('radio', { name: 'Shadow' }).isChecked()).toBe(true);
      await tabAndPress(page, waiting.getByRole('button', { name: 'Put this version to use' }), 'Enter');
      await told('Put to use · Tianjin 0.5.0');

      const other = page.locator('#pending-120000-0\\.6\\.0');
      await tabAndPress(page, other.locator('summary').getByText('Reject this version'), 'Enter');
      await tabAndPress(page, other.getByLabel('Reason'), 'ArrowDown');
      await tabTo(page, other.getByLabel('Type “Tianjin 120000” to confirm'));
      await page.keyboard.type('Tianjin 120000');
      await tabAndPress(page, other.getByRole('button', { name: 'Reject this version' }), 'Enter');
      await told('Rejected · Tianjin 0.6.0');

      await tabTo(page, page.locator('#suspend-province'));
      await page.keyboard.type('Tianjin');
      await tabAndPress(page, page.locator('#suspend-reason'), 'ArrowDown');
      await tabTo(page, page.locator('#suspend-name'));
      await page.keyboard.type('Tianjin 120000');
      await tabAndPress(page, page.getByRole('button', { name: 'Suspend this adapter' }), 'Enter');
      await told('Suspended · Tianjin');
      await tabAndPress(page, page.locator('#resume-120000').getByRole('button'), 'Enter');
      await told('Resumed · Tianjin');

      await tabTo(page, page.locator('#roll-back-province'));
      await page.keyboard.type('Tianjin');
      await tabTo(page, page.locator('#roll-back-to'));
      await page.keyboard.type('0.1.0');
      await tabTo(page, page.locator('#roll-back-name'));
      await page.keyboard.type('Tianjin 120000');
      await tabAndPress(page, page.getByRole('button', { name: 'Roll back to the chosen version' }), 'Enter');
      await told('Rolled back · Tianjin 0.1.0');
      await tabAndPress(page, page.getByRole('button', { name: 'Log out' }), 'Enter');
      await page.getByRole('link', { name: 'Operator login' }).waitFor();
      expect(complaints).toEqual([]);
      await context.close();
    });
  });
}

async function edgeOf(box: Locator): Promise<string> {
  return await box.evaluate((shown) => {
    const { borderColor, borderWidth } = getComputedStyle(shown);
    return `${borderWidth} ${borderColor}`;
  });
}
