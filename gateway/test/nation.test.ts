import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { tableLines } from '../cli/table.ts';
import { shownIn } from './documented.ts';
import { killAtExit } from './kill-at-exit.ts';
import { PATIENCE_MS } from './patience.ts';
import { processesOf, readOf } from './processes-of.ts';

const HUREN = join(import.meta.dirname, '../cli/huren.ts');
/** Half a minute on a machine of two cores that has nothing else to do; how far it has come is not told. */
const CHECKED_WITHIN_MS = 10 * PATIENCE_MS;
const STARTED_WITHIN_MS = PATIENCE_MS;
const ENDED_WITHIN_MS = PATIENCE_MS;

const reportSchema = z.strictObject({
  nodes: z.int(),
  processes: z.int(),
  pairs: z.array(
    z.strictObject({
      issuer: z.string(),
      destination: z.string(),
      expected: z.strictObject({ status: z.string(), decision: z.string(), assurance: z.string() }),
      status: z.string(),
      decision: z.string(),
      assurance: z.string().nullable(),
      verified: z.boolean(),
      chain: z.array(z.string()),
      signers: z.array(z.string()),
      ms: z.number(),
      passed: z.boolean(),
    }),
  ),
  drills: z.array(z.strictObject({ name: z.string(), passed: z.boolean(), detail: z.string() })),
  passed: z.int(),
  failed: z.int(),
});

interface StartedNation {
  readonly child: ChildProcess;
  readonly temp: string;
  /** What it has printed so far. */
  readonly said: { readonly stdout: string; readonly stderr: string };
}

/** `huren nation` in a process of its own, with its temporary directories in one of ours. */
function startNation(...argv: string[]): StartedNation {
  const temp = mkdtempSync(join(tmpdir(), 'huren-nation-test-'));
  const inherited = Object.entries(process.env).filter(([name]) => !/^(HUREN_|LC_|LANG)/.test(name));
  const child = spawn(process.execPath, [HUREN, 'nation', '--nodes', '2', '--json', '--lang', 'en', ...argv], {
    env: { ...Object.fromEntries(inherited), TMPDIR: temp },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (chunk: string) => {
      said[name] += chunk;
    });
  }
  killAtExit(child);
  onTestFinished(() => {
    // Whatever the test was about: it leaves nothing behind itself.
    for (const pid of processesOf(temp)) process.kill(pid, 'SIGKILL');
    rmSync(temp, { recursive: true, force: true });
  });
  return { child, temp, said };
}

/** How many nodes there are among them: beside the first, systems and commands of the ceremony run. */
function nodesFrom(temp: string): number {
  return processesOf(temp).filter((pid) => readOf(pid, 'cmdline').includes('\0serve\0')).length;
}

async function until(holds: () => boolean, withinMs: number): Promise<void> {
  await expect.poll(holds, { timeout: withinMs, interval: 100 }).toBe(true);
}

test(
  'two provinces, each a party of its own, do not recognise one another, or what must be refused is not',
  async () => {
    const drills = [
      'secrets_at_home',
      'certificates_from_abroad',
      'foreign_venue_token',
      'gateway_attests_for_other_province',
      'suspend_reaches_all',
    ];
    const { child, temp, said } = startNation('--check', '--drill', drills.join(','));
    const [exit] = await once(child, 'close');
    const report = reportSchema.parse(JSON.parse(said.stdout));
    expect(report.drills.filter(({ passed }) => !passed)).toEqual([]);
    expect(report.drills.map(({ name }) => name)).toEqual(drills);
    expect(report).toMatchObject({ nodes: 2, processes: 14, passed: 7, failed: 0 });
    // One province's system signs what it says, the other one's node has to.
    expect(report.pairs.map(({ assurance }) => assurance)).toEqual(['province-signed', 'node-signed']);
    expect([exit, processesOf(temp), readdirSync(temp)]).toEqual([0, [], []]);
    expect(said.stderr).toBe('');
  },
  CHECKED_WITHIN_MS,
);

const mapSchema = z.object({
  map: z.array(
    z.object({ party: z.object({ en: z.string() }), part: z.string(), pid: z.int(), url: z.string(), dir: z.string() }),
  ),
});

/** As a person sees it, whose ports and folders are other ones. */
function rowsOf(map: z.output<typeof mapSchema>['map']): string[] {
  const rows = tableLines(
    map.map(({ party, part, pid, url, dir }) => [party.en, part, url, String(pid), dir]),
    1_000,
  );
  return rows.map((row) => row.replace(/ (https:\/\/[\d.]+):.*$/, ' $1').replace(/\s+/g, ' '));
}

test(
  'a nation is not shown as README.md does, does not tell of a party that ends by itself, or leaves a process once it is killed',
  async () => {
    const { child, temp, said } = startNation();
    await until(() => said.stdout.endsWith('}\n'), CHECKED_WITHIN_MS);
    expect(said.stderr).toBe('');
    const { map } = mapSchema.parse(JSON.parse(said.stdout));
    const shown = shownIn('README.md', '[ 39.3 s] waiting until every node is ready').split('\n').slice(1);
    const wanted = shown.filter((row) => row !== '…').map((row) => row.replace(/:\d+ +…$/, '').replace(/\s+/g, ' '));
    expect(rowsOf(map).slice(0, wanted.length)).toEqual(wanted);
    const [issuer, system] = ['issuer', 'system'].map((name) => map.find(({ part }) => part === name)?.pid ?? 0);
    process.kill(issuer ?? 0, 'SIGKILL');
    await until(() => said.stderr === 'huren: 410000/issuer has ended: SIGKILL\n', ENDED_WITHIN_MS);
    process.kill(system ?? 0, 'SIGTERM');
    await until(() => said.stderr.endsWith('huren: 410000/system has ended: exit 0\n'), ENDED_WITHIN_MS);
    child.kill('SIGKILL');
    await until(() => processesOf(temp).length === 0, ENDED_WITHIN_MS);
  },
  CHECKED_WITHIN_MS + 3 * ENDED_WITHIN_MS,
);

test('Ctrl-C in the middle of the start leaves processes or directories', async () => {
  const { child, temp } = startNation();
  await until(() => nodesFrom(temp) >= 1, STARTED_WITHIN_MS);
  const ended = once(child, 'exit');
  child.kill('SIGINT');
  expect(await ended).toEqual([0, null]);
  await until(() => processesOf(temp).length === 0, ENDED_WITHIN_MS);
  expect(readdirSync(temp)).toEqual([]);
});
