import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { SandboxCode } from '../../schemas/sandbox.ts';
import { countReports, registerReportGauges } from '../coverage/report-metrics.ts';
import { PATIENCE_MS } from './patience.ts';
import { type SandboxGateway, startSandboxGateway } from './sandbox-gateway.ts';
import { openVenueClient, postRecord, sandboxCode, sandboxCodes, setFault, type VenueClient } from './venue-client.ts';

const WITHIN = { timeout: PATIENCE_MS, interval: 100 };
/**
 * Written where something happens that is played elsewhere: audits, what could not be had anew, relayed questions, trials,
 * overload, our own faults.
 */
const PLAYED_ELSEWHERE = [
  'huren_attestations_refused_total',
  'huren_audits_total',
  'huren_not_ready',
  'huren_refresh_failing',
  'huren_refresh_failures_total',
  'huren_relayed_questions_total',
  'huren_shadow_comparisons_total',
  'huren_shed_total',
  'huren_unknown_code_refusals_total',
];

let gateway: SandboxGateway;
let venue: VenueClient;
let codes: SandboxCode[];
beforeAll(async () => {
  gateway = await startSandboxGateway();
  venue = await openVenueClient(gateway.url);
  codes = await sandboxCodes(gateway.url);
});
afterAll(() => gateway.stop());

async function scrape(): Promise<string> {
  return await (await fetch(`${gateway.url}/metrics`)).text();
}

/** The samples of a metric with these labels, in any order of labels. */
function samples(text: string, name: string, labels: Readonly<Record<string, string>> = {}): number[] {
  const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  return text
    .split('\n')
    .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
    .filter((line) => wanted.every((label) => line.includes(label)))
    .map((line) => Number(line.slice(line.lastIndexOf(' ') + 1)));
}

async function scan(province: string, scenario: string): Promise<void> {
  const { code } = sandboxCode(codes, province, scenario);
  await venue.post('/v1/verifications', { code, purpose: 'venue_entry' });
}

async function freshRecord(province: string): Promise<string> {
  return await postRecord(gateway.url, province, codes.find((one) => one.province === province)?.record);
}

describe('what an operator is told in numbers', () => {
  // Every code, one of them twice, and a province that fails until its breaker opens.
  beforeAll(async () => {
    for (const { province, scenario } of codes) await scan(province, scenario);
    await scan('410000', 'green');
    await setFault(gateway.url, '310000', { status: 500 });
    await vi.waitFor(async () => {
      await venue.post('/v1/verifications', { code: await freshRecord('310000'), purpose: 'venue_entry' });
      expect(Math.max(...samples(await scrape(), 'huren_breaker_state', { province: '310000' }))).toBeGreaterThan(0);
    }, WITHIN);
  });

  test('is a metric that nobody writes', async () => {
    const text = await scrape();
    const names = [...text.matchAll(/^# TYPE (huren_\S+)/gm)].map(([, name = '']) => name);
    expect(names.length).toBeGreaterThan(20);
    const written = (name: string) =>
      [name, `${name}_count`].some((series) => samples(text, series).some((value) => Number.isFinite(value)));
    expect(names.filter((name) => !written(name) && !PLAYED_ELSEWHERE.includes(name))).toEqual([]);
  });

  test.each([
    ['huren_verifications_total', { issuer: '410000', status: 'green', decision: 'pass' }],
    ['huren_verifications_total', { status: 'indeterminate', decision: 'refer' }],
    ['huren_verification_seconds_count', { path: 'cold' }],
    ['huren_verification_seconds_count', { path: 'cached' }],
    ['huren_upstream_seconds_count', { province: '410000' }],
    ['huren_upstream_errors_total', { province: '310000' }],
    ['huren_breaker_changes_total', { province: '310000', state: 'open' }],
    ['huren_unmapped_values_total', {}],
    ['huren_unsubstantiated_total', {}],
    ['huren_cache_total', { tier: 'l1', result: 'hit' }],
    ['huren_problems_total', { code: 'code_expired' }],
    ['huren_log_size', {}],
    ['huren_key_expiry_seconds', {}],
    ['huren_chain_verified', {}],
    ['huren_ready', {}],
  ])('leaves %s of %o at nothing', async (name, labels) => {
    expect(Math.max(0, ...samples(await scrape(), name, labels))).toBeGreaterThan(0);
  });

  test('lacks what an alert rule or the dashboard in deploy/ asks for', async () => {
    const monitors = new Registry();
    countReports(monitors);
    registerReportGauges(monitors, async () => []);
    const known = `${await scrape()}\n${await monitors.metrics()}`;
    const files = ['prometheus/alerts.yaml', 'prometheus/service.yaml', 'grafana/huren.json'];
    for (const file of files) {
      const text = readFileSync(join(import.meta.dirname, '../../deploy', file), 'utf8');
      const asked = new Set(
        [...text.matchAll(/\bhuren_[a-z_]+/g)].map(([name]) => name.replace(/_(?:bucket|sum|count)$/, '')),
      );
      expect(asked.size, file).toBeGreaterThan(3);
      for (const name of asked) expect(known, file).toContain(`# TYPE ${name} `);
    }
  });

  test('names a code, a handle or a venue', async () => {
    const text = await scrape();
    const labels = new Set([...text.matchAll(/[{,]([a-z_]+)="/g)].map(([, label = '']) => label));
    for (const label of labels) expect(label).not.toMatch(/token|handle|venue|client|reference/);
    for (const { code } of codes) expect(text).not.toContain(code);
    expect(text).not.toContain(venue.clientId);
  });
});

describe('a reply', () => {
  test.each([
    ['GET', '/healthz'],
    ['GET', '/metrics'],
    ['GET', '/nowhere'],
    ['GET', '/registry', 'no-cache'],
    ['GET', '/.well-known/openid-federation', 'no-cache'],
    ['POST', '/v1/verifications'],
    ['DELETE', '/v1/verifications'],
  ])('of %s %s may be taken for another type, kept, or tells where somebody came from', async (method, path, kept = 'no-store') => {
    const { headers } = await fetch(`${gateway.url}${path}`, { method });
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('cache-control')).toBe(kept);
    expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    expect(headers.get('x-powered-by')).toBeNull();
  });

  test.each(['/', '/docs', '/registry'])('of %s lets a page be framed, post or load from elsewhere', async (path) => {
    const policy = (await fetch(`${gateway.url}${path}`)).headers.get('content-security-policy') ?? '';
    expect(policy.split('; ').sort()).toEqual([
      "base-uri 'none'",
      "connect-src 'self'",
      "default-src 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
      "img-src 'self'",
      "manifest-src 'self'",
      "script-src 'self'",
      "style-src 'self'",
      "worker-src 'self'",
    ]);
  });
});
