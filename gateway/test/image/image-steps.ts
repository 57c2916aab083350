import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { optionsOf, startedWith } from '../../program-options.ts';
import { freePort } from '../free-port.ts';
import { argvIn, lastOf, pairsIn, readDockerfile, type Stage, stagesUnder } from './dockerfile.ts';
import { ImageStages } from './image-stages.ts';
import { makeNodeRoot, type Place, runIn, spawnIn } from './root-folder.ts';

const HELP = `Usage: npm run image-steps -- [options]

Carries out the steps of deploy/Dockerfile without a container engine: every RUN and COPY of its stages, in root folders that
debootstrap made. Then both images run as their user with a root that cannot be written: serve with its health check, and a
sandbox that is scanned once. It needs root, debootstrap and unshare. Some minutes. Not shown by it: layers, registries, and
what an engine adds.

Options:
  --debian DIR  a root folder that debootstrap has made before (default: one is made)
  --keep        leave what was built, and say where (default: it is removed)
  --help        print this

Exit code: 0 all of it is as it should be, 1 it is not or a program is missing, 2 wrong usage.
`;

const WITHIN_MS = 90_000;
const codesSchema = z.array(z.looseObject({ scenario: z.string(), code: z.string() })).min(1);
const scanSchema = z.looseObject({ decision: z.string(), verified: z.boolean(), chain: z.array(z.unknown()) });

const values = startedWith(HELP, (args) =>
  optionsOf(args, { debian: { type: 'string' }, keep: { type: 'boolean', default: false } }),
);
if (process.getuid?.() !== 0 || (values.debian === undefined && !existsSync('/usr/sbin/debootstrap'))) {
  console.error('image-steps is run by root, and needs debootstrap: apt-get install debootstrap');
  process.exit(1);
}
const startedMs = performance.now();
const tell = (line: string) => console.error(`[${((performance.now() - startedMs) / 1000).toFixed(1)} s] ${line}`);
const folder = mkdtempSync(join(tmpdir(), 'huren-image-'));
const stages = readDockerfile();
let isGood = false;
try {
  const made = new ImageStages(stages, folder, tell);
  tell('what stands for the image of Node');
  makeNodeRoot(made.nodeRoot, values.debian ?? null);
  const node = await tried(made.make('node'), stagesUnder(stages, 'node'), null);
  const played = await tried(made.make('played'), stagesUnder(stages, 'played'), ['serve', '--sandbox']);
  process.stdout.write(`${JSON.stringify({ node, played }, null, 1)}\n`);
  isGood = [node, played].every(({ user, refused, exit }) => user === 10_001 && refused && exit === 0);
  isGood &&= played.scan?.decision === 'pass' && played.scan.verified;
} catch (error) {
  tell(
    error instanceof Error ? `${error.message}\n${'stderr' in error ? String(error.stderr).slice(-2_000) : ''}` : '',
  );
} finally {
  if (values.keep) tell(`kept: ${folder}`);
  else rmSync(folder, { recursive: true, force: true });
  tell(isGood ? 'all of it is as it should be' : 'not as it should be');
}
process.exit(isGood ? 0 : 1);

/** Runs an image by its own entry point, user and environment, and looks at it as an engine would. */
async function tried(root: string, under: readonly Stage[], command: readonly string[] | null) {
  const user = lastOf(under, 'USER');
  const [uid = 0, gid = 0] = user.split(':').map(Number);
  const volume = join(folder, `volume-${under.at(-1)?.name}`);
  mkdirSync(volume, { mode: 0o700 });
  chownSync(volume, uid, gid);
  const env = {
    PATH: '/usr/local/bin:/usr/bin:/bin',
    ...pairsIn(lastOf(under, 'ENV')),
    HUREN_HOST: '127.0.0.1',
    HUREN_PORT: String(await freePort()),
  };
  const place: Place = {
    user,
    cwd: lastOf(under, 'WORKDIR'),
    env: { ...env, HUREN_URL: `http://127.0.0.1:${env.HUREN_PORT}` },
    mounts: [{ from: volume, at: '/var/lib/huren' }],
    readOnly: true,
  };
  const { HUREN_URL: _, ...served } = { ...place.env };
  const argv = [...argvIn(lastOf(under, 'ENTRYPOINT')), ...(command ?? argvIn(lastOf(under, 'CMD')))];
  tell(argv.join(' '));
  const child = spawnIn(root, { ...place, env: served }, argv);
  const output: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (some) => output.push(String(some)));
  try {
    await healthy(root, place, argvIn(lastOf(under, 'HEALTHCHECK')), child, output);
    return {
      user: Number(runIn(root, place, ['id', '-u'])),
      refused:
        isRefused(root, place, '/opt/huren/x') &&
        isRefused(root, place, '/x') &&
        !isRefused(root, place, '/var/lib/huren/x'),
      version: runIn(root, place, ['huren', '--version']).trim(),
      scan: command === null ? null : await scanned(root, place, output),
      exit: await stopped(child, lastOf(under, 'STOPSIGNAL')),
    };
  } finally {
    // What became another user is not ended with whoever started it.
    if (child.exitCode === null) process.kill(insideOf(child), 'SIGKILL');
  }
}

async function healthy(root: string, place: Place, check: readonly string[], child: ChildProcess, output: string[]) {
  const untilMs = performance.now() + WITHIN_MS;
  for (;;) {
    try {
      runIn(root, place, check);
      return;
    } catch (error) {
      if (child.exitCode !== null || performance.now() > untilMs) throw new Error(output.join(''), { cause: error });
      await delay(200);
    }
  }
}

async function scanned(root: string, place: Place, output: readonly string[]) {
  const untilMs = performance.now() + WITHIN_MS;
  while (!output.join('').includes('ready at') && performance.now() < untilMs) await delay(200);
  const codes = codesSchema.parse(JSON.parse(runIn(root, place, ['huren', 'sandbox', 'codes', '--json'])));
  const green = codes.find(({ scenario }) => scenario === 'green');
  const { decision, verified, chain } = scanSchema.parse(
    JSON.parse(runIn(root, place, ['huren', 'scan', green?.code ?? '', '--json'])),
  );
  return { decision, verified, links: chain.length };
}

function isRefused(root: string, place: Place, path: string): boolean {
  try {
    runIn(root, place, ['touch', path]);
    return false;
  } catch {
    return true;
  }
}

/** The signal goes to process 1 of the container, as an engine sends it; what it ended with comes out of unshare. */
async function stopped(child: ChildProcess, signal: string): Promise<number | null> {
  const exited = once(child, 'exit');
  process.kill(insideOf(child), signal === 'SIGTERM' ? signal : 'SIGKILL');
  await exited;
  return child.exitCode;
}

/** The process that is number 1 in there. */
function insideOf({ pid }: ChildProcess): number {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim());
}
