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

beforeAll(async () => {
  browser = await startChromium();
  const { anchor, gateway } = await makeWorld();
  const lists = await makeKey('lists');
  const times = { iat: AT_S - 60, exp: AT_S + 3_600 };
  const keys = naming(RECOGNITION_GATEWAY, gateway.answers.jwk);
  const metadata = { [RECOGNITION_GATEWAY]: { province: '440000', jwks: { keys: [gateway.answers.jwk] } } };
  const chain = [
    await configure(gateway, { ...times, authority_hints: [anchor.entityId], metadata }),
    await state(anchor, gateway, { ...times, ...keys }),
  ];
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
    expect(await answer.innerText()).not.toMatch(/MUSTER|Vektor|1990|J07|11193|vaccin/i);
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
  expect(await page.locator('[data-trust-unrefreshed]').innerText()).toMatch(/could not be refreshed: \S+/);
  expect(await page.locator('[data-trust="held"]').innerText()).toMatch(/signed .+ ago/);
  await refreshAt(false);
});
