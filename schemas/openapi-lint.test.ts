import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import { generateSource } from 'oazapfts';
import { expect, onTestFinished, test } from 'vitest';
import { describeApi, OPERATIONS } from './openapi.ts';

/* What others make of the description: a linter, and a generator of typed clients. */

const MODULES = resolve(import.meta.dirname, '../node_modules');
const text = JSON.stringify(describeApi('0.0.0'));
/** A login only ever sends a browser elsewhere, so the rule that something answers with 2XX does not fit. */
const RULES = { 'operation-2xx-response': 'off' } as const;
const STRICT = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', '--target', 'es2024'];

/** A venue's few lines against the generated client. The types have to say what is wrong with the last two. */
const USE = `
import { verify, verifyBatch } from './api.js';
const reply = await verify({ code: 'YKM1', purpose: 'medical_visit' });
if (reply.status === 200) {
  const status: 'green' | 'yellow' | 'red' | 'indeterminate' = reply.data.status;
  const decision: 'pass' | 'restrict' | 'refer' = reply.data.decision;
  console.log(status, decision, reply.data.evidence.length);
} else if (reply.status === 429) {
  const problem: string = reply.data.next.en;
  console.log(problem);
}
// @ts-expect-error a purpose that is not listed
await verify({ code: 'YKM1', purpose: 'sightseeing' });
// @ts-expect-error a batch without items
await verifyBatch({});
`;

test('a linter finds a reference that leads nowhere, an example that is none, or a reply that nobody described', async () => {
  const config = await createConfig({ extends: ['recommended-strict'], rules: RULES });
  const found = await lintFromString({ source: text, absoluteRef: 'openapi.json', config });
  expect(found.map(({ ruleId, message, location }) => [ruleId, message, location[0]?.pointer])).toEqual([]);
});

test('a typed client that is made from it lacks an operation, or its types say nothing', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'huren-typed-client-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'openapi.json'), text);
  const source = await generateSource(join(folder, 'openapi.json'));
  const made = [...source.matchAll(/^export function (\w+)\(/gm)].map(([, name]) => name);
  expect(made).toEqual(expect.arrayContaining(OPERATIONS.map(({ id }) => id)));
  symlinkSync(MODULES, join(folder, 'node_modules'));
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module' }));
  writeFileSync(join(folder, 'api.ts'), source);
  writeFileSync(join(folder, 'use.ts'), USE);
  expect(execFileSync(join(MODULES, '.bin/tsc'), [...STRICT, 'use.ts'], { cwd: folder, encoding: 'utf8' })).toBe('');
});
