import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { joinedTrust } from '../../adapters/credentials/credential-trust.ts';
import { noRules, rulesFor } from '../../adapters/credentials/rules.ts';
import { trustFromList } from '../../adapters/credentials/trust-list.ts';
import { verifyCredential } from '../../adapters/credentials/verify-credential.ts';
import { coverageSchema } from '../../schemas/coverage.ts';
import type { SandboxCode } from '../../schemas/sandbox.ts';
import { startAlteringProxy } from '../cli/altering-proxy.fixture.ts';
import { huren } from '../cli/huren.fixture.ts';
import { verifyCredentialRules, verifyTrustList } from '../trust/credential-documents.ts';
import { verifyTrustBundle } from '../trust/signed-bundle.ts';
import { trustBundleSchema } from '../trust/trust-bundle.ts';
import { type SandboxGateway, startSandboxGateway } from './sandbox-gateway.ts';
import { openVenueClient, provinceRequests, sandboxCode, sandboxCodes } from './venue-client.ts';
import { joined } from './walkthrough-document.ts';

const anchorFileSchema = trustBundleSchema.required({ credential_signers: true });

let gateway: SandboxGateway;
let codes: SandboxCode[];
let env: Record<string, string>;

beforeAll(async () => {
  gateway = await startSandboxGateway();
  codes = await sandboxCodes(gateway.url);
  env = { HUREN_URL: gateway.url, HUREN_DATA_DIR: gateway.dataDir };
});
afterAll(() => gateway.stop());

const refer = (reason: string, status = 'indeterminate') => ({ status, decision: 'refer', reason });

describe('a limit on the limits, as the demo shows it', () => {
  test.each([
    ['a substantiated red', '410000', 'red', { status: 'red', decision: 'restrict', reason: 'red_ground' }],
    ['a red without a ground', '410000', 'red-without-ground', refer('unsubstantiated')],
    ['a Hainan batch of 100 by a county', '460000', 'batch-of-100-by-county', refer('unsubstantiated')],
    ['a Guangxi red by level 5', '450000', 'red-by-village', refer('unsubstantiated')],
    [
      'a Shanxi red that every level signed',
      '140000',
      'red',
      { status: 'red', decision: 'restrict', reason: 'red_ground' },
    ],
    ['a Shanxi red without the county signature', '140000', 'red-county-signature-missing', refer('unsubstantiated')],
    ['a push whose origin is green', '440000', 'foreign-push-contradicted', refer('origin_contradicts')],
    ['a Hubei green older than 3 days', '420000', 'green-four-days-old', refer('too_old', 'green')],
    ['a Beijing pop-up 3 on 未见异常', '110000', 'pop-up-3', refer('popup', 'green')],
  ])('%s is answered otherwise', async (_name, province, scenario, expected) => {
    const { code, expected: declared, venue } = sandboxCode(codes, province, scenario);
    expect(venue).toBeUndefined();
    expect(declared).toEqual(expected);
    const reply = await (await openVenueClient(gateway.url)).verify(code);
    expect(reply).toMatchObject({ status: expected.status, decision: expected.decision });
    expect(reply.reasons.map((reason) => reason.code)).toContain(expected.reason);
    expect(reply.remedy === null).toBe(reply.decision === 'pass');
    expect(decodeJwt(reply.attestation)).toMatchObject({ status: expected.status, decision: expected.decision });
  });

  test.each([
    ['whose mandate has lapsed', 'green-where-the-mandate-has-lapsed', 'haikou-market'],
    ['in a low-risk region', 'green-at-an-ordinary-venue-in-a-low-risk-region', 'sanya-supermarket'],
  ])('an ordinary venue %s may look at a code', async (_name, scenario, venue) => {
    const entry = sandboxCode(codes, '410000', scenario);
    expect(entry).toMatchObject({ venue, expected: { problem: 'check_not_permitted' } });
    const before = await provinceRequests(gateway.url, '410000');
    const metricsBefore = await verifications();
    const door = await openVenueClient(gateway.url, venue);
    expect(await door.problem(entry.code)).toMatchObject({ status: 403, code: 'check_not_permitted' });
    expect(await door.problem('no code at all')).toMatchObject({ status: 403, code: 'check_not_permitted' });
    expect(await provinceRequests(gateway.url, '410000')).toEqual(before);
    expect(await verifications()).toEqual(metricsBefore);
  });

  test('a venue in the county under a mandate is refused, or nobody is told where it is allowed', async () => {
    const market = await openVenueClient(gateway.url, 'guangzhou-market');
    expect(await market.verify(sandboxCode(codes, '410000', 'green').code)).toMatchObject({ decision: 'pass' });
  });

  test('a push contradicted by its origin names the province that only shows it for the remedy', async () => {
    const reply = await (await openVenueClient(gateway.url)).verify(
      sandboxCode(codes, '440000', 'foreign-push-contradicted').code,
    );
    expect(reply.issuer.province).toBe('440000');
    expect(reply.remedy?.authority.en).toContain('Henan');
    expect(reply.remedy?.authority.zh).toContain('河南');
  });
});

describe('a stricter rule of a destination', () => {
  test('is not published, counted and named in the answer that it makes stricter', async () => {
    const airport = await openVenueClient(gateway.url, 'haikou-airport');
    const reply = await airport.verify(sandboxCode(codes, '310000', 'green').code);
    expect(reply).toMatchObject({ status: 'green', decision: 'refer', destination: '460000' });
    expect(reply.reasons.map(({ code }) => code)).toEqual(['assurance_too_low', 'policy_exception']);
    const hospital = await openVenueClient(gateway.url);
    expect(await hospital.verify(sandboxCode(codes, '310000', 'green').code)).toMatchObject({ decision: 'pass' });

    const published = await (await fetch(`${gateway.url}/v1/registry/policies/460000/deviations`)).json();
    expect(published).toMatchObject({ deviations: [{ baseline: 'pass', decision: 'refer', exception: {} }] });
    const coverage = coverageSchema.parse(await (await fetch(`${gateway.url}/v1/coverage`)).json());
    expect(coverage.provinces.map(({ conformance }) => conformance)).not.toContain(null);
    expect(coverage.deviations).toEqual(
      expect.arrayContaining([
        { province: '440000', stricter: 0 },
        { province: '460000', stricter: 1 },
      ]),
    );
    const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
    expect(metrics).toContain('huren_policy_deviations{province="460000"} 1');
  });
});

async function verifications(): Promise<string[]> {
  const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
  return metrics.split('\n').filter((line) => /^huren_(verifications_total|signal_base_total|upstream_)/.test(line));
}

describe('certificates from abroad', () => {
  test('one destination is answered by the rules of another, or from what another one was told', async () => {
    const doors = ['guangzhou-hospital', 'haikou-airport', 'guangzhou-hospital'];
    const told: string[] = [];
    for (const door of doors) {
      const { decision, reasons, holder_binding } = await (await openVenueClient(gateway.url, door)).verify(
        sandboxCode(codes, '900000', 'green').code,
      );
      told.push(`${decision} ${reasons.map((reason) => reason.code).join()} ${holder_binding}`);
    }
    expect(told).toEqual([
      'pass ok identity_document',
      'refer certificate_rules_unmet undefined',
      'pass ok identity_document',
    ]);
  });

  test('a door without a network has nothing to decide them with', async () => {
    const hospital = await openVenueClient(gateway.url);
    for (let scan = 0; scan < 2; scan += 1) await hospital.verify(sandboxCode(codes, '900000', 'green').code);
    const anchor = anchorFileSchema.parse(JSON.parse(readFileSync(join(gateway.dataDir, 'anchor.json'), 'utf8')));
    const atS = Math.floor(Date.now() / 1000);
    const carried = async () => {
      const token = await (await fetch(`${gateway.url}/v1/trust-bundle?destination=440000`)).text();
      return (await verifyTrustBundle(token, { pinned: anchor, atS })).bundle;
    };
    // The node has them soon after its adapter is registered.
    await expect.poll(async () => (await carried()).credential_rules?.length).toBe(2);
    const bundle = await carried();
    expect(bundle.credential_signers).toEqual(anchor.credential_signers);
    const open = { keys: anchor.credential_signers.keys };
    const lists = await Promise.all((bundle.credential_lists ?? []).map((list) => verifyTrustList(list, open, atS)));
    const rules = await Promise.all(
      (bundle.credential_rules ?? []).map((one) => verifyCredentialRules(one, open, atS)),
    );
    const decided = async (scenario: string, destination: '440000' | '460000') => {
      const trust = joinedTrust(...lists.map(trustFromList));
      const own = rulesFor(rules, destination) ?? noRules(destination);
      return (await verifyCredential(sandboxCode(codes, '900000', scenario).code, { trust, rules: own, atS })).code;
    };
    expect(await decided('green', '440000')).toBe('ok');
    expect(await decided('green', '460000')).toBe('rule_not_met');
    expect(await decided('green-card', '440000')).toBe('ok');
    expect(await decided('issuer-unknown', '440000')).toBe('issuer_unknown');
    const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
    expect(metrics).toMatch(/^huren_certificates_total\{issuer="XAA",result="ok"\} [1-9]/m);
    const shown = async () => {
      const coverage = await fetch(`${gateway.url}/v1/coverage?issuer=900000`);
      return coverageSchema.parse(await coverage.json()).certificates;
    };
    const green = { issuer: '900000', country: 'XAA', destination: '440000' };
    await expect.poll(async () => await shown()).toContainEqual(expect.objectContaining(green));
    expect(metrics).toMatch(/^huren_credential_document_ends_seconds\{document="trust_list",destination=""\} \d+$/m);
  });
});

describe('demo', () => {
  const demoSchema = z.object({
    results: z.array(z.looseObject({ scenario: z.string(), ok: z.boolean(), verified: z.boolean().optional() })),
    passed: z.int(),
    failed: z.int(),
  });

  test('a sandbox code does not lead to what it must', async () => {
    const ran = await huren(['demo', '--json'], env);
    const { results, passed, failed } = demoSchema.parse(JSON.parse(ran.stdout));
    expect(results.filter(({ ok }) => !ok)).toEqual([]);
    expect([passed, failed, ran.exit]).toEqual([codes.length, 0, 0]);
    expect(ran.stderr).toBe('');
  });

  test('one province cannot be shown alone, or is shown with others', async () => {
    const ofHenan = codes.filter(({ province }) => province === '410000').map(({ record: _record, ...shown }) => shown);
    const listed = await huren(['sandbox', 'codes', '--province', '410000', '--json'], env);
    expect(JSON.parse(listed.stdout)).toEqual(ofHenan);
    const ran = await huren(['demo', '--province', '410000', '--json'], env);
    expect(demoSchema.parse(JSON.parse(ran.stdout))).toMatchObject({ passed: ofHenan.length, failed: 0 });
    expect((await huren(['demo', '--province', '120000'], env)).exit).toBe(1);
  });

  test('one broken expectation goes unnoticed', async () => {
    const alter = (path: string, text: string) =>
      path === '/sandbox/codes' ? text.replace('"decision":"pass"', '"decision":"restrict"') : text;
    const proxy = await startAlteringProxy(gateway.url, alter);
    const ran = await huren(['demo', '--json'], { ...env, HUREN_URL: proxy.url });
    const readable = await huren(['demo'], { ...env, HUREN_URL: proxy.url });
    await proxy.close();
    expect(demoSchema.parse(JSON.parse(ran.stdout))).toMatchObject({ passed: codes.length - 1, failed: 1 });
    expect(joined(readable.stdout)).toMatch(/^✗ .*green · pass.* expected green · restrict/m);
    expect([ran.exit, readable.exit]).toEqual([1, 1]);
  });

  test('answers that do not verify count as passed', async () => {
    const other = join(gateway.dataDir, 'other-anchor.json');
    const anchor = z.looseObject({}).parse(JSON.parse(readFileSync(join(gateway.dataDir, 'anchor.json'), 'utf8')));
    writeFileSync(other, JSON.stringify({ ...anchor, entity_id: 'https://another.example/anchor' }));
    const ran = await huren(['demo', '--province', '410000', '--json', '--anchor', other], env);
    const { results, failed } = demoSchema.parse(JSON.parse(ran.stdout));
    expect(failed).toBe(results.filter(({ verified }) => verified !== undefined).length);
    expect(ran.exit).toBe(1);
  });

  test('a forgotten setting is two hundred failures, and not one line that says what to set', async () => {
    const ran = await huren(['demo', '--lang', 'en'], { ...env, HUREN_DATA_DIR: '/nowhere/huren' });
    expect([ran.exit, ran.stdout]).toEqual([2, '']);
    expect(ran.stderr).toMatch(/^huren: anchor_unpinned: .*\n {2}next: .*set HUREN_DATA_DIR=/);
    expect(ran.stderr).toContain(gateway.dataDir);
  });
});
