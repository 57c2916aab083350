import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { CONFORMANCE_FINDINGS, conformanceFindingCodeSchema } from '../../schemas/conformance-findings.ts';
import { conformanceReportSchema } from '../../schemas/conformance-report.ts';
import { conformanceCheckText } from '../../schemas/texts/conformance-checks.ts';
import { conformanceDetailText } from '../../schemas/texts/conformance-details.ts';
import { loadProvinces } from '../provinces/index.ts';
import { conformanceReport } from './report.ts';
import { checkStatic, hasFailed } from './static-checks.ts';

const VECTORS = join(import.meta.dirname, '../../schemas/vectors');
const vectorSchema = z.strictObject({
  check: z.literal('adapter'),
  defect: conformanceFindingCodeSchema.optional(),
  manifest: z.looseObject({}),
  scenarios: z.looseObject({}),
});
type Vector = z.infer<typeof vectorSchema>;

const provinces = loadProvinces();
const others = provinces.map(({ manifest }) => manifest);
const invalid = readVectors('invalid');
const healthy = readVectors('valid').find(({ name }) => name === 'adapter-check-healthy.json');

/** Found by asking an upstream, or by the caller's own options: no manifest shows it. */
const NOT_IN_A_MANIFEST = ['folder_name', 'sandbox_host', 'status_unstable', 'live_', 'statement_', 'absence_'];
const OF_A_PROBE = ['exchange_', 'credentials_', 'fault_', 'skew_', 'latency_'];

describe('broken manifests', () => {
  test.each(invalid)('$name is not caught as exactly its defect', ({ vector }) => {
    expect(failsOf(vector)).toEqual([vector.defect]);
  });

  test.each(invalid)('$name is told in English to whoever reads Chinese', ({ vector }) => {
    const { findings } = checkStatic(raw(vector), { others, production: false });
    // What the adapter itself calls something stands between quotes.
    const told = findings.map(({ detail }) => conformanceDetailText(detail).zh.replace(/“[^”]*”/g, ''));
    expect(told.filter((text) => /[a-z]+ [a-z]+ [a-z]+/i.test(text) || text.includes('{'))).toEqual([]);
  });

  test('a code that forbids approval has no broken manifest that shows it', () => {
    const shown = new Set<string | undefined>(invalid.map(({ vector }) => vector.defect));
    const elsewhere = [...NOT_IN_A_MANIFEST, ...OF_A_PROBE];
    const missing = Object.entries(CONFORMANCE_FINDINGS)
      .filter(([code, { severity }]) => severity === 'fail' && !elsewhere.some((start) => code.startsWith(start)))
      .filter(([code]) => !shown.has(code));
    expect(missing.map(([code]) => code)).toEqual([]);
  });
});

describe('the healthy manifest', () => {
  test('something is found in it', () => {
    expect(checkStatic(raw(healthy?.vector), { others, production: false }).findings).toEqual([]);
  });

  test('a sandbox host is let into production', () => {
    const { findings } = checkStatic(raw(healthy?.vector), { others, production: true });
    expect(findings.map(({ code }) => code)).toEqual(['sandbox_host']);
  });

  test('a system in a network that the operator lists is refused, or one in another is let in', () => {
    const manifest = JSON.parse(JSON.stringify(raw(healthy?.vector).manifest));
    manifest.upstream.base_url = 'https://10.1.2.3:8443';
    const codesWith = (network: string) => {
      const lists = (address: string) => address.startsWith(network);
      return checkStatic({ ...raw(healthy?.vector), manifest }, { others, production: true, lists }).findings.map(
        ({ code }) => code,
      );
    };
    expect([codesWith('10.1.'), codesWith('10.2.')]).toEqual([[], ['address_unsafe']]);
  });

  test('a node at a private address, over plain http or by nobody’s word is let into production', () => {
    const codesOf = (node: string, options: object = {}) => {
      const manifest = { ...raw(healthy?.vector).manifest, node, route: ['node'] };
      const { findings } = checkStatic({ ...raw(healthy?.vector), manifest }, { others, production: true, ...options });
      return findings.filter(({ at }) => at.endsWith('/node')).map(({ code }) => code);
    };
    expect(codesOf('https://issuer.example')).toEqual([]);
    expect(codesOf('http://issuer.example')).toEqual(['https_required']);
    expect(codesOf('https://10.1.2.3')).toEqual(['address_unsafe']);
    expect(codesOf('https://10.1.2.3', { lists: () => true })).toEqual([]);
    expect(codesOf('https://issuer.example', { isIssuerOf: () => false })).toEqual(['node_not_admitted']);
  });

  test.each([
    ['no node', { route: ['national'] }],
    ['the ways in another order', { node: 'https://issuer.example', route: ['national', 'node'] }],
    ['one way twice', { node: 'https://issuer.example', route: ['node', 'node'] }],
    ['a node to which no way leads', { node: 'https://issuer.example', route: ['direct'] }],
    [
      'a way to the national platform by itself',
      { province: '000000', node: 'https://a.example', route: ['national'] },
    ],
  ])('a route with %s is taken', (_what, changes) => {
    const manifest = { ...raw(healthy?.vector).manifest, ...changes };
    const { findings } = checkStatic({ ...raw(healthy?.vector), manifest }, { others, production: false });
    expect(findings.map(({ code, at }) => [code, at])).toContainEqual(['schema_invalid', 'manifest.json#/route']);
  });

  test('a folder named for another province is let through', () => {
    const codesIn = (name: string) =>
      checkStatic({ ...raw(healthy?.vector), name }, { others, production: false }).findings.map(({ code }) => code);
    expect(codesIn('130000-tianjin')).toEqual(['folder_name']);
    expect(codesIn('120000-tianjin')).toEqual([]);
  });

  test('the same files give another report the second time', () => {
    const again = () => checkStatic(raw(healthy?.vector), { others, production: false });
    expect(again()).toEqual(again());
  });
});

describe.each(provinces)('$manifest.province $manifest.system.id', ({ manifest, scenarios, digest }) => {
  test('the kit would not let it be approved', () => {
    const outcome = checkStatic({ name: null, manifest, scenarios }, { others, production: false });
    expect(outcome.findings.filter(({ severity }) => severity === 'fail')).toEqual([]);
    const parts = { manifest, manifestDigest: digest, latency: null, outcomes: [outcome] };
    const report = conformanceReport({ ...parts, level: 'static', nowMs: 0 });
    expect(conformanceReportSchema.parse(report)).toMatchObject({ passed: true, province: manifest.province });
  });
});

test('a check that asks nobody says that something was reached, in the words of a former kit as well', () => {
  const { checks } = checkStatic(raw(healthy?.vector), { others, production: false });
  const names = [...checks.map(({ name }) => name), 'remedy reachable', 'node reachable and admitted'];
  for (const { zh, en } of names.map(conformanceCheckText)) expect(zh + en).not.toMatch(/reach|可达/);
  expect(conformanceCheckText('constructor')).toEqual({ zh: 'constructor', en: 'constructor' });
});

test('a check that found a fault is reported as passed', () => {
  for (const { vector } of invalid) {
    const { findings, checks } = checkStatic(raw(vector), { others, production: false });
    expect(checks.every(({ passed }) => passed)).toBe(!hasFailed(findings));
  }
});

function failsOf(vector: Vector): string[] {
  const { findings } = checkStatic(raw(vector), { others, production: false });
  return [...new Set(findings.filter(({ severity }) => severity === 'fail').map(({ code }) => code))];
}

function raw(vector: Vector | undefined) {
  return { name: null, manifest: vector?.manifest, scenarios: vector?.scenarios };
}

function readVectors(kind: 'valid' | 'invalid') {
  const folder = join(VECTORS, kind);
  return readdirSync(folder)
    .filter((name) => name.startsWith('adapter-check-'))
    .sort()
    .map((name) => ({ name, vector: vectorSchema.parse(JSON.parse(readFileSync(join(folder, name), 'utf8'))) }));
}
