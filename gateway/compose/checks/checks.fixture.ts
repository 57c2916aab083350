import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { readConfig } from '../config.ts';
import type { CheckCode, Finding, Subject } from './finding.ts';
import { runConfigCheck } from './run-config-check.ts';

export const SECRET = 'a-secret-of-the-tests-that-is-long-enough-0123456789';
/** Where the files of every test of checks stand, as long as the folder of the run: files of tests share a worker, and this. */
export const folder = mkdtempSync(join(tmpdir(), 'huren-check-'));
let files = 0;

/** A new file's path. */
export function file(text: string, mode = 0o600): string {
  files += 1;
  const path = join(folder, `file-${files}`);
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
}

/** What one check says, in English, its mark first. */
export async function said(
  check: CheckCode,
  setting: string,
  env: Record<string, string>,
  sandbox = false,
): Promise<string[]> {
  const findings = await runConfigCheck({ HUREN_PORT: '0', HUREN_DATA_DIR: join(folder, 'none'), ...env }, { sandbox });
  return findings.filter((one) => one.check === check && one.setting === setting).map(line);
}

/** A finding in English, its mark first: what is bad says what to do, and nothing else does. */
export function line({ outcome, found, next }: Finding): string {
  expect(next === null).toBe(outcome !== 'bad');
  return `${outcome}: ${found.en}`;
}

export function subjectOf(env: Record<string, string>, nowMs: () => number): Subject {
  return { env, config: readConfig(env), sandbox: false, nowMs };
}
