import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import project from '../package.json' with { type: 'json' };
import { codeLists } from './generated-code-lists.ts';
import { jsonSchemaOf, PUBLISHED_SCHEMAS } from './json-schema.ts';
import { logLinesTable } from './log-lines-table.ts';
import { withTable } from './marked-table.ts';
import { describeApi } from './openapi.ts';
import { withSettingsTable } from './settings/runbook-table.ts';

/** What `schemas/generated/` must hold: file name to text. The same schemas always give the same bytes. */
export function generatedFiles(): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const [name, schema] of Object.entries(PUBLISHED_SCHEMAS)) {
    files.set(`${name}.schema.json`, jsonText(jsonSchemaOf(name, schema)));
  }
  files.set('code-lists.json', jsonText(codeLists()));
  files.set('openapi.json', jsonText(describeApi(project.version)));
  return files;
}

/** Names of the files in `folder` that are missing, differ, or should not be there. */
export function outOfStep(folder: string, files: ReadonlyMap<string, string> = generatedFiles()): string[] {
  const present = existsSync(folder) ? readdirSync(folder) : [];
  const strays = present.filter((name) => !files.has(name));
  const wrong = [...files].filter(([name, text]) => !present.includes(name) || read(folder, name) !== text);
  return [...strays, ...wrong.map(([name]) => name)].sort();
}

/** Writes every file anew and removes what no schema stands behind any more. */
export function writeGenerated(folder: string, files: ReadonlyMap<string, string> = generatedFiles()): string[] {
  const changed = outOfStep(folder, files);
  mkdirSync(folder, { recursive: true });
  for (const name of changed) {
    const text = files.get(name);
    if (text === undefined) rmSync(join(folder, name));
    else writeFileSync(join(folder, name), text);
  }
  return changed;
}

function read(folder: string, name: string): string {
  return readFileSync(join(folder, name), 'utf8');
}

function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

const RUNBOOK = join(import.meta.dirname, '../deploy/RUNBOOK.md');

/** Puts the tables of settings and of log lines into the runbook; false where it stood there already. `check`: without writing. */
export function refreshRunbook(path: string, { check }: { readonly check: boolean }): boolean {
  const present = readFileSync(path, 'utf8');
  const fresh = withTable(withSettingsTable(present), 'log lines', 'schemas/log-lines.ts', logLinesTable());
  if (fresh === present) return false;
  if (!check) writeFileSync(path, fresh);
  return true;
}

function main(args: readonly string[]): number {
  const folder = join(import.meta.dirname, 'generated');
  const [option, ...more] = args;
  if (more.length > 0 || (option !== undefined && option !== '--check')) {
    console.error('usage: node schemas/generate.ts [--check]');
    return 2;
  }
  if (option === undefined) {
    for (const name of writeGenerated(folder)) console.error(`schemas/generated/${name}: written`);
    if (refreshRunbook(RUNBOOK, { check: false })) console.error('deploy/RUNBOOK.md: tables written');
    return 0;
  }
  const wrong = outOfStep(folder).map((name) => `schemas/generated/${name}`);
  if (refreshRunbook(RUNBOOK, { check: true })) wrong.push('deploy/RUNBOOK.md');
  for (const name of wrong) console.error(`${name}: out of step; run npm run generate`);
  return wrong.length === 0 ? 0 : 1;
}

const [, script] = process.argv;
if (script !== undefined && import.meta.url === pathToFileURL(script).href)
  process.exitCode = main(process.argv.slice(2));
