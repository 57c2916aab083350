import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { noOptions, startedWith } from '../../program-options.ts';
import { readComposeFile } from './compose-file.ts';
import { Containers, missingPrograms } from './containers.ts';
import { makeSite, type Site, USER } from './site.ts';

const HELP = `Usage: npm run compose-nation

Starts the services of deploy/compose.yaml as processes on loopback: their own commands, settings, health checks and order, run
(where root starts it) by a user without rights out of the packed and unpacked package, which nobody may write to. Then a
traveller of each province is scanned in the other one, and Prometheus is asked whom it reaches. Not run: Grafana, and what only a
container engine does. It needs redis-server, PostgreSQL and Prometheus. Some minutes.

Options:
  --help  print this

Exit code: 0 all of it is as it should be, 1 it is not or a program is missing, 2 wrong usage.
`;
startedWith(HELP, noOptions);

/** In the order of starting; what each waits for is in the file. */
const STARTED = [
  'keys',
  'redis',
  'postgres',
  'henan-system',
  'guangdong-system',
  'venue-servers',
  'platform',
  'ceremony',
  'henan',
  'guangdong',
  'prometheus',
];
const SCANS = [
  { from: 'henan', to: 'guangdong', address: '172.28.0.4', code: '440000', venue: 'guangzhou-hospital' },
  { from: 'guangdong', to: 'henan', address: '172.28.0.3', code: '410000', venue: 'hospital-410000' },
] as const;
const SCRAPED_WITHIN_MS = 60_000;

const scanSchema = z.looseObject({ decision: z.string(), verified: z.boolean(), chain: z.array(z.unknown()) });
const targetsSchema = z.object({
  data: z.object({ activeTargets: z.array(z.object({ labels: z.object({ party: z.string() }), health: z.string() })) }),
});

const missing = missingPrograms();
if (missing.length > 0) {
  console.error(
    `compose-nation needs programs of other services. On Debian or Ubuntu: sudo apt-get install ${missing.join(' ')}`,
  );
  process.exit(1);
}
const startedMs = performance.now();
const tell = (line: string) => console.error(`[${((performance.now() - startedMs) / 1000).toFixed(1)} s] ${line}`);
tell('packing and unpacking the package, as the image does');
const site = makeSite();
const services = readComposeFile();
const containers = new Containers(site, services, tell);
let isGood = false;
// Whoever is still running is ended with this process.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
try {
  await containers.start(STARTED);
  await containers.healthy(['platform', 'henan', 'guangdong']);
  const scans = SCANS.map((scan) => scanned(scan));
  const targets = await scrapedTargets();
  const notStarted = [...services.keys()].filter((name) => !STARTED.includes(name));
  isGood =
    scans.every(({ decision, verified }) => decision === 'pass' && verified) &&
    targets.length === 3 &&
    targets.every(({ health }) => health === 'up');
  process.stdout.write(`${JSON.stringify({ scans, targets, not_started: notStarted, user: USER }, null, 1)}\n`);
} catch (error) {
  tell(error instanceof Error ? error.message : String(error));
} finally {
  const killed = await containers.stop();
  if (killed.length > 0) tell(`had to be killed: ${killed.join(', ')}`);
  isGood &&= killed.length === 0;
  makeWritable(site);
  site.installed.remove();
  tell(isGood ? 'all of it is as it should be' : 'not as it should be');
}
process.exit(isGood ? 0 : 1);

/** One scan, by the command and the settings of deploy/WALKTHROUGH.md. */
function scanned({ from, to, address, code, venue }: (typeof SCANS)[number]) {
  const { volume, here, path } = site;
  const dataDir = join(volume, `at-${venue}`);
  mkdirSync(dataDir, { recursive: true, mode: 0o777 });
  const env = {
    PATH: path,
    HUREN_URL: here(`https://${address}:8443`),
    HUREN_DATA_DIR: dataDir,
    HUREN_CLIENT_ID: venue,
    HUREN_CLIENT_SECRET_FILE: join(volume, `played/venues/${venue}.secret`),
    HUREN_TOKEN_ENDPOINT: here(`https://172.28.0.7:8443/${code}/token`),
    HUREN_ANCHOR_FILE: join(volume, to, 'anchor.json'),
    HUREN_CA_FILE: join(volume, to, 'ca.pem'),
  };
  const input = execFileSync('huren', ['sandbox', 'code', join(volume, 'played', from), 'green'], {
    env,
    encoding: 'utf8',
  });
  const text = execFileSync('huren', ['scan', '-', '--json'], { env, input, encoding: 'utf8' });
  const { decision, verified, chain } = scanSchema.parse(JSON.parse(text));
  return { from, to, decision, verified, links: chain.length };
}

async function scrapedTargets(): Promise<{ party: string; health: string }[]> {
  const url = site.here('http://172.28.0.22:9090/api/v1/targets');
  const untilMs = performance.now() + SCRAPED_WITHIN_MS;
  for (;;) {
    const targets = await fetch(url).then(
      async (reply) => targetsSchema.parse(await reply.json()).data.activeTargets,
      () => [],
    );
    const isWhole = targets.length > 0 && targets.every(({ health }) => health !== 'unknown');
    if (isWhole || performance.now() > untilMs)
      return targets.map(({ labels, health }) => ({ party: labels.party, health }));
    await delay(1_000);
  }
}

function makeWritable({ installed }: Site): void {
  execFileSync('chmod', ['-R', 'u+w', installed.site]);
}
