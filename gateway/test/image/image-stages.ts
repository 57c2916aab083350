import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { ROOT } from '../import-graph.ts';
import { type Instruction, pairsIn, type Stage, stagesUnder } from './dockerfile.ts';
import { buildPlace, copyFolder, runIn } from './root-folder.ts';

/** Instructions that say how an image is run, and change nothing in it. */
const HOW_IT_RUNS = ['USER', 'EXPOSE', 'STOPSIGNAL', 'HEALTHCHECK', 'ENTRYPOINT', 'CMD'];

/** Carries out the stages of a Dockerfile in root folders: what an engine does, but for layers and what they are called. */
export class ImageStages {
  readonly #stages: readonly Stage[];
  readonly #folder: string;
  readonly #tell: (line: string) => void;

  /** `nodeRoot` stands for the image that no stage is. */
  constructor(stages: readonly Stage[], folder: string, tell: (line: string) => void) {
    this.#stages = stages;
    this.#folder = folder;
    this.#tell = tell;
  }

  /** The root folder of what is not made here. */
  get nodeRoot(): string {
    return join(this.#folder, 'node-image');
  }

  /** Makes a stage, and whatever it is made from; gives its root folder. Throws where a step fails. */
  make(name: string): string {
    const root = join(this.#folder, `stage-${name}`);
    if (existsSync(root)) return root;
    const under = stagesUnder(this.#stages, name);
    const stage = under.at(-1);
    const below = under.at(-2);
    copyFolder(below === undefined ? this.nodeRoot : this.make(below.name), root);
    const env: Record<string, string> = {};
    let cwd = '/';
    // Working folder and environment go on from the stage below.
    for (const { instructions } of under) {
      for (const { name: is, text } of instructions) {
        if (is === 'WORKDIR') cwd = resolve(cwd, text);
        if (is === 'ENV') Object.assign(env, pairsIn(text));
        if (instructions === stage?.instructions) this.#carryOut(name, root, { name: is, text }, cwd, env);
      }
    }
    return root;
  }

  #carryOut(stage: string, root: string, { name, text }: Instruction, cwd: string, env: Record<string, string>): void {
    if (name === 'ENV' || HOW_IT_RUNS.includes(name)) return;
    this.#tell(`${stage}: ${name} ${text.length > 90 ? `${text.slice(0, 90)}…` : text}`);
    if (name === 'WORKDIR') mkdirSync(join(root, cwd), { recursive: true });
    else if (name === 'COPY') this.#copy(root, text, cwd);
    else if (name === 'RUN') {
      const place = buildPlace(root);
      runIn(root, { ...place, user: '0:0', cwd, env: { ...place.env, ...env } }, ['/bin/sh', '-c', text]);
    } else throw new Error(`${name} is not carried out here`);
  }

  #copy(root: string, text: string, cwd: string): void {
    const [, from, what = '', to = ''] = /^(?:--from=(\S+) )?(\S+) (\S+)$/.exec(text) ?? [];
    const target = join(root, resolve(cwd, to));
    mkdirSync(dirname(target), { recursive: true });
    if (from !== undefined) copyFolder(join(this.make(from), what), target);
    else copyContext(join(ROOT, what), target);
  }
}

/** The project's folder without what deploy/Dockerfile.dockerignore leaves out. */
function copyContext(from: string, to: string): void {
  const ignored = readFileSync(join(ROOT, 'deploy/Dockerfile.dockerignore'), 'utf8').split('\n').filter(Boolean);
  const excluded = ignored.map((pattern) => `--exclude=${pattern.replace(/^\*\*\//, '')}`);
  mkdirSync(to, { recursive: true });
  const pack = `tar -c -C "$1" "\${@:3}" . | tar -x -C "$2"`;
  execFileSync('bash', ['-c', `set -o pipefail; ${pack}`, 'bash', from, to, ...excluded]);
}
