import { spawn, spawnSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import attestations from '../../schemas/vectors/forged/attestations.json' with { type: 'json' };
import { freePort } from './free-port.ts';
import { RUN_VECTORS } from './package-programs.ts';
import { PATIENCE_MS } from './patience.ts';

/** The machine's own programs, and not those that an `npm run` puts before them. */
const OWN_PATH = (process.env['PATH'] ?? '')
  .split(delimiter)
  .filter((folder) => !folder.includes('node_modules'))
  .join(delimiter);
const ENV = Object.fromEntries(
  Object.entries({ ...process.env, PATH: OWN_PATH }).filter(([name]) => !/^(HUREN_|LC_|LANG|npm_|NODE_)/i.test(name)),
);
const findingsSchema = z.object({ findings: z.array(z.object({ setting: z.string(), outcome: z.string() })) });
const checkedSchema = z.object({ verified: z.boolean(), code: z.string().optional() });
const judgedSchema = z.object({ wrong: z.array(z.unknown()), answers: z.int().positive() });

/** Has npm install a tarball in a folder. Gives what npm says if that is not what it says of a success. */
export function installByNpm(folder: string, tarball: string, ...more: string[]): string {
  const argv = ['install', tarball, '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error', ...more];
  const { status, stderr } = spawnSync('npm', argv, { cwd: folder, env: ENV, encoding: 'utf8' });
  return status === 0 ? stderr : `npm ended with ${status}: ${stderr}`;
}

/** A folder in which somebody has installed the package. Each check gives a text with what is wrong; empty: nothing. */
export class InstalledSite {
  readonly folder: string;
  /** Null: whatever Node the machine has, as a shell takes it. */
  readonly #node: string | null;

  constructor(folder: string, node: string | null) {
    this.folder = folder;
    this.#node = node;
  }

  /** Names of all packages that npm has installed. */
  packages(): string[] {
    const found = readdirSync(join(this.folder, 'node_modules'), { recursive: true, encoding: 'utf8' });
    return found.flatMap(
      (path) => /(?:^|.*\/node_modules\/)((?:@[^/]+\/)?[^/.][^/]*)\/package\.json$/.exec(path)?.[1] ?? [],
    );
  }

  saysVersion(version: string): string {
    const { status, stdout, stderr } = this.#huren(['--version']);
    return status === 0 && stdout === `${version}\n` ? '' : `${stdout}${stderr}`;
  }

  async checksSettings(): Promise<string> {
    const env = { HUREN_PORT: String(await freePort()) };
    const { status, stdout, stderr } = this.#huren(['config', 'check', '--json'], env);
    const faults = findingsSchema.parse(JSON.parse(stdout)).findings.filter(({ outcome }) => outcome === 'bad');
    const named = faults.map(({ setting }) => setting).join();
    return status === 1 && named === 'HUREN_ANCHOR_FILE' ? '' : `exit ${status}, ${named}: ${stderr}`;
  }

  verifiesAnswers(): string {
    const { anchor, chains, at_s, audience, vectors } = attestations;
    writeFileSync(join(this.folder, 'bundle.json'), JSON.stringify({ ...anchor, chains }));
    const asked = ['--anchor', 'bundle.json', '--at', String(at_s), '--audience', audience, '--json'];
    const wrong = ['green-that-passes', 'red-that-restricts', 'pass-of-a-red'].flatMap((name) => {
      const vector = vectors.find((each) => each.name === name);
      writeFileSync(join(this.folder, 'answer.json'), JSON.stringify(vector));
      const { status, stdout, stderr } = this.#huren(['verify', 'answer.json', ...asked]);
      const { verified, code } = checkedSchema.parse(JSON.parse(stdout));
      const expected = checkedSchema.parse(vector?.expected);
      const isAsSaid = verified === expected.verified && (verified || code === expected.code);
      return isAsSaid && status === (verified ? 0 : 1) ? [] : [`${name}: exit ${status}, ${code}: ${stderr}`];
    });
    return wrong.join('; ');
  }

  /** By any Node from 20 on: what is imported needs no newer one. */
  judgesVectors(): string {
    writeFileSync(join(this.folder, 'vectors.mjs'), RUN_VECTORS);
    const { stdout, stderr } = spawnSync('node', ['vectors.mjs'], { cwd: this.folder, env: ENV, encoding: 'utf8' });
    if (stderr !== '') return stderr;
    return judgedSchema
      .parse(JSON.parse(stdout))
      .wrong.map((each) => JSON.stringify(each))
      .join();
  }

  refusesSandbox(): string {
    const { status, stderr } = this.#huren(['serve', '--sandbox'], { HUREN_PORT: '0' });
    return status === 2 && /^huren: config_invalid: .+ oidc-provider/.test(stderr) ? '' : `exit ${status}: ${stderr}`;
  }

  async serves(): Promise<string> {
    const port = String(await freePort());
    const [node, ...argv] = this.#command(['serve']);
    const env = { ...ENV, HUREN_PORT: port, HUREN_DATA_DIR: join(this.folder, 'data') };
    const child = spawn(node, argv, { cwd: this.folder, env, stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      said += chunk;
    });
    const ended = new Promise<number | null>((done) => child.once('exit', done));
    const untilMs = performance.now() + PATIENCE_MS;
    const isUp = () =>
      fetch(`http://127.0.0.1:${port}/healthz`).then(
        ({ status }) => status === 200,
        () => false,
      );
    while (!(await isUp())) {
      if (child.exitCode !== null || performance.now() > untilMs) {
        child.kill('SIGKILL');
        return `it does not serve: ${said}`;
      }
      await delay(100);
    }
    child.kill('SIGTERM');
    const exit = await ended;
    return exit === 0 ? '' : `it ended with ${exit}: ${said}`;
  }

  #huren(argv: readonly string[], env: Readonly<Record<string, string>> = {}) {
    const [program, ...rest] = this.#command(argv);
    return spawnSync(program, rest, { cwd: this.folder, env: { ...ENV, ...env }, encoding: 'utf8' });
  }

  #command(argv: readonly string[]): readonly [string, ...string[]] {
    const installed = join(this.folder, 'node_modules/.bin/huren');
    return this.#node === null ? [installed, ...argv] : [this.#node, installed, ...argv];
  }
}
