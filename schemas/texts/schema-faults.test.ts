import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { recogniserSchema } from '../recogniser.ts';
import { writeCoded } from './coded.ts';
import { conformanceDetailText } from './conformance-details.ts';
import { SCHEMA_RULES, schemaFault } from './schema-faults.ts';

/** What a manifest's schema and an adapter's scenarios are made of. */
function sourcesFrom(name: string, known = new Set<string>()): ReadonlySet<string> {
  if (known.has(name)) return known;
  known.add(name);
  const source = readFileSync(join(import.meta.dirname, '..', name), 'utf8');
  for (const [, imported = ''] of source.matchAll(/from '(\.[\w./-]+\.ts)'/g)) {
    sourcesFrom(join(dirname(name), imported), known);
  }
  return known;
}

test('a rule of a manifest is told in English to whoever reads Chinese', () => {
  const alphabet = { kind: 'prefix', prefix: 'HT', length: { min: 8, max: 20 }, alphabet: 'base45' };
  const [issue] = recogniserSchema.safeParse(alphabet).error?.issues ?? [];
  if (issue === undefined) throw new Error('the prefix is taken');
  const { zh, en } = conformanceDetailText(writeCoded(schemaFault(issue)));
  expect(en).toMatch(/^in base45 a prefix is no beginning of http/);
  expect(zh).not.toMatch(/[a-z]+ [a-z]+ [a-z]+/i);
});

test('a refinement of a manifest’s schema has words of its own, in one language alone', () => {
  const sources = new Set([...sourcesFrom('manifest.ts'), ...sourcesFrom('scenarios.ts')]);
  expect(sources).toContain('recogniser.ts');
  for (const name of sources) {
    const source = readFileSync(join(import.meta.dirname, '..', name), 'utf8');
    const [refined, told] = [/\.refine\(/g, /SCHEMA_RULES\.\w+\.en/g].map((one) => source.match(one)?.length ?? 0);
    expect([name, refined]).toEqual([name, told]);
  }
  expect(new Set(Object.values(SCHEMA_RULES).map(({ en }) => en)).size).toBe(Object.keys(SCHEMA_RULES).length);
});
