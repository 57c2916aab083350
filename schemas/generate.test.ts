import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { generatedFiles, outOfStep, refreshRunbook, writeGenerated } from './generate.ts';

test('what is checked in does not differ from the schemas it is generated from', () => {
  expect(outOfStep(join(import.meta.dirname, 'generated'))).toEqual([]);
});

test('the runbook does not list other settings than there are', () => {
  expect(refreshRunbook(join(import.meta.dirname, '../deploy/RUNBOOK.md'), { check: true })).toBe(false);
});

test('two runs do not differ', () => {
  expect([...generatedFiles()]).toEqual([...generatedFiles()]);
});

describe('outOfStep', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'huren-generated-'));
    writeGenerated(folder);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test('does not miss a file edited by hand', () => {
    writeFileSync(join(folder, 'problem.schema.json'), '{}\n');
    expect(outOfStep(folder)).toEqual(['problem.schema.json']);
  });

  test('does not miss a file that was deleted', () => {
    rmSync(join(folder, 'openapi.json'));
    expect(outOfStep(folder)).toEqual(['openapi.json']);
  });

  test('does not miss a file that no schema stands behind', () => {
    writeFileSync(join(folder, 'old.schema.json'), '{}\n');
    expect(outOfStep(folder)).toEqual(['old.schema.json']);
    writeGenerated(folder);
    expect(readdirSync(folder)).not.toContain('old.schema.json');
  });

  test('does not complain where nothing differs', () => {
    expect(outOfStep(folder)).toEqual([]);
  });
});

describe('refreshRunbook', () => {
  const folder = mkdtempSync(join(tmpdir(), 'huren-runbook-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  test('does not miss a table edited by hand, nor touch what stands around it', () => {
    const path = join(folder, 'RUNBOOK.md');
    const whole = readFileSync(join(import.meta.dirname, '../deploy/RUNBOOK.md'), 'utf8');
    const edited = whole.replace('`HUREN_PORT`', '`HUREN_PROT`');
    writeFileSync(path, edited);
    expect(refreshRunbook(path, { check: true })).toBe(true);
    expect(readFileSync(path, 'utf8')).toBe(edited);
    refreshRunbook(path, { check: false });
    expect(readFileSync(path, 'utf8')).toBe(whole);
  });

  test('does not write into a document without its marks', () => {
    const path = join(folder, 'other.md');
    writeFileSync(path, '# Other\n');
    expect(() => refreshRunbook(path, { check: false })).toThrow('lacks the marks');
  });
});

describe('a generated schema', () => {
  const schemas = [...generatedFiles()].filter(([name]) => name.endsWith('.schema.json'));

  test.each(schemas)('%s does not point at a definition that it lacks', (_name, text) => {
    const { $defs } = z.looseObject({ $defs: z.record(z.string(), z.unknown()) }).parse(JSON.parse(text));
    const named = [...text.matchAll(/"\$ref": "#\/\$defs\/([^"]+)"/g)].map(([, name]) => name);
    expect(named.filter((name) => name === undefined || !Object.hasOwn($defs, name))).toEqual([]);
  });

  test('does not lose a rule that only zod can check', () => {
    const text = generatedFiles().get('attestation-claims.schema.json') ?? '';
    expect(text).toContain('"pass_without_green: only a green passes"');
  });

  test('does not take an entity identifier of another scheme', () => {
    const text = generatedFiles().get('attestation-claims.schema.json') ?? '';
    expect(text).toContain('"pattern": "^[Hh][Tt][Tt][Pp][Ss]?://"');
  });
});
