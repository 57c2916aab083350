import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ROOT } from './import-graph.ts';

const DOCUMENTS = [
  'README.md',
  'README.zh-CN.md',
  'ARCHITECTURE.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'SECURITY.md',
  'THREATS.md',
  'GLOSSARY.md',
  'deploy/RUNBOOK.md',
  'deploy/WALKTHROUGH.md',
  'deploy/capacity.md',
  ...readdirSync(join(ROOT, 'deploy/guides')).map((page) => `deploy/guides/${page}`),
];
/** `verification/verify.ts` in running text: below the root, or below the gateway, as its rooms are called there. */
const NAMED_FILE = /`((?:[a-z0-9-]+\/)+[\w.-]+\.(?:ts|md|mjs|ya?ml))`/g;
const LINK = /\]\((?!https?:|#)([^)#]+)/g;
const PLACE_OF_ONE_MACHINE = /\/(?:root|work|tmp|home)\/[a-z]/;

describe.each(DOCUMENTS)('%s', (document) => {
  const text = readFileSync(join(ROOT, document), 'utf8');

  test('a file is named that is not there', () => {
    const named = [...text.matchAll(NAMED_FILE)].map(([, path = '']) => path);
    const missing = named.filter((path) => !existsSync(join(ROOT, path)) && !existsSync(join(ROOT, 'gateway', path)));
    const linked = [...text.matchAll(LINK)].map(([, path = '']) => path);
    expect([...missing, ...linked.filter((path) => !existsSync(join(ROOT, dirname(document), path)))]).toEqual([]);
  });

  test('a path of one machine stands in it', () => {
    expect(PLACE_OF_ONE_MACHINE.exec(text)?.[0] ?? null).toBe(null);
  });
});
