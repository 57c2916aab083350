import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { huren } from '../cli/huren.fixture.ts';
import { nationalDesk } from './registry-desk.contract.ts';
import { operatorLogin } from './registry-login.contract.ts';
import { operatorStory } from './registry-operator.contract.ts';
import { brokenWords, failingExample } from './registry-page.ts';
import { type RegistryPageSite, startRegistryPageSite } from './registry-page-site.ts';

let started: RegistryPageSite;
const site = () => started;

beforeAll(async () => {
  started = await startRegistryPageSite();
});
afterAll(async () => {
  await started.stop();
});

operatorStory(site);
operatorLogin(site);

test('a draft of a decision table cannot be tried, or a page takes what is none', async () => {
  const { page, context, complaints } = await site().open('en-GB');
  const draft = page.locator('#draft');
  const file = draft.getByLabel('Choose a draft (JSON)');
  await file.setInputFiles(join(import.meta.dirname, '../policy/samples/exception.json'));
  await draft.locator('[data-decided]').waitFor();
  expect(await draft.innerText()).toContain('sandbox-460000@1.0.0');
  await file.setInputFiles(join(import.meta.dirname, '../policy/samples/refused.json'));
  await draft.locator('.proof.bad').getByText('✗ must not be published').waitFor();
  await file.setInputFiles(join(import.meta.dirname, 'registry-page.ts'));
  await draft.locator('.proof.bad').waitFor();
  expect(complaints).toEqual([]);
  await context.close();
});

test('a failed check ends in English for who reads Chinese, or weighs as little as one that passed', async () => {
  const ran = await huren(['adapter', 'submit', failingExample(site().scratch, '0.9.0')], site().env);
  expect(ran.exit).toBe(1);
  const { page, context } = await site().open('zh-CN', '/registry#province-120000');
  const version = page.locator('#province-120000').getByRole('region', { name: '版本 0.9.0' });
  await version.locator('.report summary').click();
  const failed = version.locator('.checks > .proof.bad').first();
  await failed.waitFor();
  expect(await failed.innerText()).toBe('✗ 已公布的取值都有对应，且没有多余的：未通过');
  const findings = await version.locator('.findings').innerText();
  expect(findings).toContain('取值“PURPLE”对应到无法判定（indeterminate）');
  expect(findings).toContain('理由应为“该本地状态没有全国统一含义”（no_national_meaning），记录给出');
  expect(findings).not.toMatch(/[a-z]{2,} [a-z]{2,} [a-z]{2,}/);
  // Nor is a code or a path of it broken within a word, or before its bracket, where a line has no room for it.
  await page.setViewportSize({ width: 320, height: 900 });
  expect(await brokenWords(version.locator('.findings'))).toEqual([]);
  await page.goto(`${site().gateway.url}/registry?lang=en#province-120000`);
  const english = page.locator('#province-120000').getByRole('region', { name: 'Version 0.9.0' });
  await english.locator('.report summary').click();
  await english.locator('.findings').waitFor();
  expect(await brokenWords(english.locator('.findings'))).toEqual([]);
  await context.close();
});

nationalDesk(site);
