import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const DEPLOY = join(import.meta.dirname, '../../deploy');

function promtool(...args: readonly string[]): { readonly status: number | null; readonly output: string } {
  const ran = spawnSync('promtool', args, { encoding: 'utf8', cwd: join(DEPLOY, 'prometheus') });
  return { status: ran.status, output: `${ran.stdout}${ran.stderr}` };
}

test('a rule is not one that Prometheus takes, or fires too early, too late or for what is well', () => {
  for (const args of [
    ['check', 'rules', 'alerts.yaml', 'service.yaml'],
    ['test', 'rules', 'alerts.test.yaml', 'service.test.yaml'],
  ]) {
    const { status, output } = promtool(...args);
    expect(status, output).toBe(0);
  }
});

test('an alert leaves whoever gets it without a word on what to do', () => {
  const runbook = readFileSync(join(DEPLOY, 'RUNBOOK.md'), 'utf8');
  for (const file of ['alerts.yaml', 'service.yaml']) {
    const rules = readFileSync(join(DEPLOY, 'prometheus', file), 'utf8');
    const names = [...rules.matchAll(/- alert: (\w+)/g)].map(([, name]) => name);
    expect(names.length).toBeGreaterThan(5);
    for (const name of names) expect(runbook).toMatch(new RegExp(`^### ${name}$`, 'm'));
  }
});
