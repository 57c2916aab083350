import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { CONFORMANCE_FINDINGS, conformanceFindingCodeSchema } from '../../schemas/conformance-findings.ts';
import { conformanceReportSchema } from '../../schemas/conformance-report.ts';
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
const OF_A_PROBE = ['credentials_', 'fault_', 'skew_', 'latency_'];

describe('broken manifests', () => {
  test.each(invalid)('$name is not caught as exactly its defect', ({ vector }) => {
    expect(failsOf(vector)).toEqual([vector.defect]);
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
