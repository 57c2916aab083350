import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { askControl } from '../../../adapters/sandbox/control-client.ts';
import { nodesOf } from '../../sandbox/nation/nation.ts';
import { filesIn } from '../../sandbox/nation/places.ts';
import { becomesTrue, getText } from '../../sandbox/nation/questions.ts';
import { freshGreen } from '../../sandbox/nation/venue.ts';
import { randomFrom } from '../chaos/random.ts';
import { freePort } from '../free-port.ts';
import { killAtExit } from '../kill-at-exit.ts';
import { KnownScans, venueClient } from './known-scans.ts';
import type { DeskRun } from './run.ts';

const DEPLOY = join(import.meta.dirname, '../../../deploy');
const RULES = ['alerts.yaml', 'service.yaml'].map((name) => join(DEPLOY, 'prometheus', name));
const ANSWERED_WITHIN_MS = 60_000;
const READY_WITHIN_MS = 30_000;

const dashboardSchema = z.object({
  panels: z.array(z.object({ title: z.string(), targets: z.array(z.object({ expr: z.string() })).default([]) })),
});
const answerSchema = z.object({ status: z.literal('success'), data: z.object({ result: z.array(z.unknown()) }) });
const rulesSchema = z.object({
  data: z.object({
    groups: z.array(
      z.object({
        rules: z.array(z.object({ name: z.string(), health: z.string(), lastError: z.string().optional() })),
      }),
    ),
  }),
});

/**
 * A real Prometheus scrapes every node of the nation while there is something to see: each query of the dashboard has an
 * answer, and each rule can be evaluated.
 */
export async function dashboard(run: DeskRun): Promise<void> {
  const { note, fault } = run;
  const folder = mkdtempSync(join(tmpdir(), 'huren-prometheus-'));
  const url = `http://127.0.0.1:${await freePort()}`;
  const prometheus = startPrometheus(run, folder, url);
  const startedS = Date.now() / 1000;
  try {
    if (
      !(await becomesTrue(async () => (await getText(`${url}/-/ready`))?.includes('Ready') === true, READY_WITHIN_MS))
    ) {
      fault('Prometheus does not start');
      return;
    }
    await makeSomethingToSee(run);
    const { panels } = dashboardSchema.parse(JSON.parse(readFileSync(join(DEPLOY, 'grafana/huren.json'), 'utf8')));
    const queries = panels.flatMap(({ title, targets }) => targets.map(({ expr }) => ({ title, expr })));
    let silent = queries;
    const allAnswer = async () => {
      const answered = await Promise.all(silent.map(({ expr }) => seriesOf(url, expr, startedS)));
      silent = silent.filter((_, at) => answered[at] === 0);
      return silent.length === 0;
    };
    await becomesTrue(allAnswer, ANSWERED_WITHIN_MS);
    for (const { title, expr } of silent) fault(`the dashboard has nothing to draw for ${title}: ${expr}`);
    note(`${queries.length - silent.length} of ${queries.length} queries of the dashboard have an answer`);
    const { data } = rulesSchema.parse(JSON.parse((await getText(`${url}/api/v1/rules`)) ?? ''));
    const rules = data.groups.flatMap((group) => group.rules);
    for (const { name, health, lastError } of rules)
      if (health !== 'ok') fault(`${name}: ${health} ${lastError ?? ''}`);
    note(`${rules.length} rules were evaluated`);
  } finally {
    prometheus.kill('SIGTERM');
    await once(prometheus, 'exit');
    rmSync(folder, { recursive: true, force: true });
  }
}

function startPrometheus({ nation }: DeskRun, folder: string, url: string): ChildProcess {
  const targets = nodesOf(nation).map(({ seat }) => new URL(seat.url).host);
  const file = join(folder, 'prometheus.yml');
  const config = {
    global: { scrape_interval: '1s', evaluation_interval: '2s' },
    rule_files: RULES,
    scrape_configs: [
      {
        job_name: 'huren',
        scheme: 'https',
        tls_config: { ca_file: filesIn(nation.plan.dir).caFile },
        static_configs: [{ targets }],
      },
    ],
  };
  // YAML takes whatever is JSON.
  writeFileSync(file, JSON.stringify(config));
  const child = spawn(
    'prometheus',
    [
      `--config.file=${file}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=${new URL(url).host}`,
      '--log.level=error',
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  killAtExit(child);
  return child;
}

/** Scans of every outcome, one from memory, a system that fails, and a gateway whose superior is away. */
async function makeSomethingToSee({ nation, options }: DeskRun): Promise<void> {
  const [issuer, destination] = nation.provinces.values();
  if (issuer === undefined || destination === undefined) return;
  const known = await KnownScans.read(nation, randomFrom(options.seed));
  const client = venueClient(nation, destination);
  const purpose = destination.plan.venue.purposes[0] ?? 'venue_entry';
  const scan = (codes: readonly string[]) => client.verifyBatch(codes.map((code) => ({ code, purpose })));
  const codes = known.drawn(destination.plan.code, 100, [...nation.provinces.keys()]).map(({ code }) => code);
  // A counter that is first scraped has no rate: everything happens again.
  for (let again = 0; again < 4; again += 1) {
    await scan(codes);
    await fault(issuer, { status: 500 });
    for (let n = 0; n < 3; n += 1) await scan([await freshGreen(issuer)]);
    await fault(issuer, null);
    await new Promise((resolve) => setTimeout(resolve, 3_000));
  }
  await destination.authority.stop();
  await destination.destination.stop();
  await destination.destination.start();
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  await destination.authority.start();
}

type Province = NonNullable<ReturnType<DeskRun['nation']['provinces']['get']>>;

async function fault({ system, plan }: Province, what: unknown): Promise<void> {
  await askControl(system.ready.control, z.unknown(), 'PUT', '/faults', { province: plan.code, fault: what });
}

/** How many series a query has had at any time since then. */
async function seriesOf(url: string, expr: string, sinceS: number): Promise<number> {
  const query = new URLSearchParams({ query: expr, start: String(sinceS), end: String(Date.now() / 1000), step: '1' });
  const parsed = answerSchema.safeParse(JSON.parse((await getText(`${url}/api/v1/query_range?${query}`)) ?? 'null'));
  return parsed.success ? parsed.data.data.result.length : 0;
}
