import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { nationalDesk } from './registry-desk.contract.ts';
import { operatorLogin } from './registry-login.contract.ts';
import { operatorStory } from './registry-operator.contract.ts';
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

nationalDesk(site);
