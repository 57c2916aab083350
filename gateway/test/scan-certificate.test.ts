import { createServer, type Server } from 'node:http';
import express from 'express';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { listenOnLoopback } from '../../adapters/sandbox/listen.ts';
import certificates from '../../schemas/vectors/credentials/certificates.json' with { type: 'json' };
import { readBuiltPages } from '../http/built-pages.ts';
import { sendProblem } from '../http/errors.ts';
import { mountPages } from '../http/pages.ts';
import { ProblemError } from '../problem-error.ts';
import { makeWorld } from '../trust/attestation.fixture.ts';
import { CREDENTIAL_RULES_TYP, TRUST_LIST_TYP } from '../trust/credential-documents.ts';
import { anchorOf, configure, makeKey, naming, state } from '../trust/federation.fixture.ts';
import { signTrustBundle } from '../trust/signed-bundle.ts';
import { signCompact } from '../trust/signer.ts';
import { RECOGNITION_GATEWAY } from '../trust/trust-bundle.ts';
import { startChromium } from './chromium.ts';

const AT_S = certificates.at_s;
const HEAD = { sequence: 1, issued_at: '2026-09-01T00:00:00Z', next_update: '2027-01-01T00:00:00Z' };
const RULE = {
  Identifier: 'VR-GD-0001',
  Type: 'Acceptance',
  Version: '1.0.0',
  Engine: 'CERTLOGIC',
  CertificateType: 'Vaccination',
  ValidFrom: '2026-09-01T00:00:00Z',
  ValidTo: '2027-01-01T00:00:00Z',
  Logic: { '===': [{ var: 'payload.v.0.dn' }, { var: 'payload.v.0.sd' }] },
};

let browser: Browser;
let server: Server;
let origin: string;
/** Province that the rules in the bundle are for. */
let ruled = '440000';
/** The gateway has no bundle to give just now. */
let isWithoutBundle = false;
/** Which of several anchors of one name the gateway's bundle is of. */
let servedBy = 0;

beforeAll(async () => {
  browser = await startChromium();
  const lists = await makeKey('lists');
  const worlds = await Promise.all([makeWorld(), makeWorld(), makeWorld()]);
  const times = { iat: AT_S - 60, exp: AT_S + 3_600 };
  const signers = certificates.certificates.map((certificate) => ({ issuer: 'XA', certificate }));
  const list = await signCompact({ typ: TRUST_LIST_TYP }, { ...HEAD, signers, card_issuers: [] }, lists.signer);
  const rulesFor = (destination: string) => {
    const rules = [{ family: 'hcert', content: 'dcc', rule: RULE }];
    return signCompact({ typ: CREDENTIAL_RULES_TYP }, { ...HEAD, destination, value_sets: {}, rules }, lists.signer);
  };
  const app = express();
  app.get('/web/icon.svg', (_request, response) => void response.type('image/svg+xml').send('<svg xmlns="a"/>'));
  app.get('/v1/trust-bundle', async (_request, response) => {
    if (isWithoutBundle) return void sendProblem(response, new ProblemError('unavailable', 'no bundle'));
    const world = worlds[servedBy];
    if (world === undefined) throw new Error('there is no such anchor');
    const { anchor, gateway } = world;
    const keys = naming(RECOGNITION_GATEWAY, gateway.answers.jwk);
    const metadata = { [RECOGNITION_GATEWAY]: { province: '440000', jwks: { keys: [gateway.answers.jwk] } } };
    const chain = [
      await configure(gateway, { ...times, authority_hints: [anchor.entityId], metadata }),
      await state(anchor, gateway, { ...times, ...keys }),
    ];
    const bundle = {
      ...anchorOf(anchor),
      chains: { [gateway.entityId]: chain },
      historical_keys: {},
      status_lists: {},
      credential_signers: { keys: [lists.jwk] },
      credential_lists: [list],
      credential_rules: [await rulesFor(ruled)],
    };
    const signed = { issuer: gateway.entityId, bundle, nowS: AT_S - 30 };
    response.type('text/plain').send(await signTrustBundle(signed, gateway.answers.signer));
  });
  mountPages(app, readBuiltPages());
  server = createServer(app);
  origin = await listenOnLoopback(server);
});
afterAll(async () => {
  await browser.close();
  server.closeAllConnections();
  server.close();
});

function textOf(name: string): string {
  const found = certificates.vectors.find((vector) => vector.name === name);
  if (found === undefined) throw new Error(`there is no certificate ${name}`);
  return found.text;
}

/** What a page without a network says of certificates, one after another. */
async function shownFor(...texts: readonly string[]): Promise<string[]> {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.clock.install({ time: AT_S * 1000 });
  await page.goto(`${origin}/scan?venue=a-door&lang=en`);
  await page.locator('[data-trust="held"]').waitFor();
  await context.setOffline(true);
  const shown: string[] = [];
  for (const text of texts) {
    await page.locator('#typed').fill(text);
    await page.locator('#typed').press('Enter');
    const answer = page.locator('#answer[data-verified]');
    await answer.waitFor();
    const said = async (name: string) => await answer.getAttribute(`data-${name}`);
    shown.push(`${(await said('decision')) ?? (await said('problem'))} ${await said('verified')}`);
    const words = await answer.innerText();
    if (shown.at(-1) === 'pass true') {
      expect(words).toMatch(/checked in this page, without a network[\s\S]*Revocation\s+Not looked up/i);
    }
    expect(words).not.toMatch(/MUSTER|Vektor|1990|J07|11193|vaccin/i);
    await page.keyboard.press('Escape');
    await page.locator('.scanner:not([inert])').waitFor();
  }
  await context.close();
  return shown;
}

test('a certificate is decided otherwise without a network, or the door is told what it certifies', async () => {
  ruled = '440000';
  const names = [
    'dcc-vaccination',
    'the-name-of-one-key-the-signature-of-another',
    'past-its-end',
    'a-signer-on-no-list',
  ];
  expect(await shownFor(...names.map(textOf))).toEqual([
    'pass true',
    'signature_invalid false',
    'expired false',
    'issuer_unknown false',
  ]);
});

test('a certificate passes where its destination has said nothing', async () => {
  ruled = '410000';
  expect(await shownFor(textOf('dcc-vaccination'))).toEqual(['rules_missing false']);
});

test('a bundle that could not be refreshed is not told, or is told once it was', async () => {
  const context = await browser.newContext();
  onTestFinished(async () => {
    isWithoutBundle = false;
    await context.close();
  });
  const page = await context.newPage();
  await page.clock.install({ time: AT_S * 1000 });
  await page.goto(`${origin}/scan?venue=a-door&lang=en`);
  await page.locator('[data-trust="held"]').waitFor();
  const refreshAt = async (isAway: boolean) => {
    isWithoutBundle = isAway;
    await page.evaluate(() => dispatchEvent(new Event('online')));
    await page.locator('[data-trust-unrefreshed]').waitFor({ state: isAway ? 'visible' : 'detached' });
  };
  await refreshAt(true);
  expect(await page.locator('[data-trust-unrefreshed]').innerText()).toMatch(/could not be refreshed\. \S+/);
  expect(await page.locator('[data-trust="held"]').innerText()).toMatch(/signed .+ ago/);
  await refreshAt(false);
});

test('another anchor is taken unseen, at a slip of the finger, or for the one that was compared', async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.clock.install({ time: AT_S * 1000 });
  await page.goto(`${origin}/scan?venue=a-door&lang=en`);
  await page.locator('[data-trust="held"]').waitFor();
  const refused = page.locator('[data-trust-refused]');
  const marks = page.locator('.anchors .thumbprint');
  const take = page.getByRole('button', { name: 'Trust the new anchor' });
  servedBy = 1;
  await page.reload();
  await refused.waitFor();
  const [known, , offered] = await marks.allInnerTexts();
  expect(known).toMatch(/^([\w-]{6} ){7}[\w-]$/);
  expect(offered).not.toBe(known);
  // One that is disabled is pressed all the same.
  await take.press('Enter');
  expect(await refused.count()).toBe(1);
  // A third one, once the second was compared.
  await page.getByRole('checkbox').check();
  servedBy = 2;
  await take.click();
  await expect.poll(() => marks.nth(2).innerText(), { interval: 50 }).not.toBe(offered);
  expect(await marks.first().innerText()).toBe(known);
  expect(await page.getByRole('checkbox').isChecked()).toBe(false);
  await page.getByRole('checkbox').check();
  await take.click();
  await refused.waitFor({ state: 'detached' });
  await page.reload();
  await page.locator('[data-trust="held"]').waitFor();
  expect(await refused.count()).toBe(0);
  servedBy = 0;
  await context.close();
});
