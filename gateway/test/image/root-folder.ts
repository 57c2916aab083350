import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { basename, join } from 'node:path';

const NODE = join(import.meta.dirname, '../../../node_modules/.bin/node');
/** What a build reaches registries with, where this machine has it. */
const NETWORK = ['NODE_EXTRA_CA_CERTS', 'npm_config_registry', 'HTTPS_PROXY', 'https_proxy'];

/** Who and where a command is in a root folder. */
export interface Place {
  readonly user: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** What is mounted: a folder of this machine at a path of the root. */
  readonly mounts?: readonly { readonly from: string; readonly at: string }[];
  /** Nothing but what is mounted can be written. */
  readonly readOnly?: boolean;
}

/**
 * What stands for the image of Node: Debian's smallest system by debootstrap (with libatomic1, as there), unless `debian` is one already, with the runtime
 * that the package pins and npm where that image has them.
 */
export function makeNodeRoot(root: string, debian: string | null): void {
  if (debian === null)
    execFileSync('debootstrap', ['--variant=minbase', '--include=libatomic1', 'bookworm', root], { stdio: 'ignore' });
  else copyFolder(debian, root);
  copyFileSync(NODE, join(root, 'usr/local/bin/node'));
  const modules = execFileSync('npm', ['root', '--global'], { encoding: 'utf8' }).trim();
  copyFolder(join(modules, 'npm'), join(root, 'usr/local/lib/node_modules/npm'));
  for (const name of ['npm', 'npx']) {
    symlinkSync(`../lib/node_modules/npm/bin/${name}-cli.js`, join(root, 'usr/local/bin', name));
  }
}

/** `from` with all that is in it, as `to`, which may be there. */
export function copyFolder(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  execFileSync('cp', ['-a', '--reflink=auto', `${from}/.`, to]);
}

/** How one command is started in a root folder: in a mount and process namespace of its own, as process 1 there. */
function startedIn(root: string, { user, cwd, env, mounts = [], readOnly = false }: Place, argv: readonly string[]) {
  const script = [
    'set -e',
    `mount --bind ${root} ${root}`,
    ...(readOnly ? [`mount -o remount,bind,ro ${root}`] : []),
    ...mounts.map(({ from, at }) => `mount --bind ${from} ${join(root, at)}`),
    `mount -t proc proc ${root}/proc`,
    `mount --rbind /dev ${root}/dev`,
    'exec "$@"',
  ].join('\n');
  const pairs = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  const inside = ['chroot', `--userspec=${user}`, root, '/usr/bin/env', '-i', `--chdir=${cwd}`, ...pairs, ...argv];
  return ['--mount', '--pid', '--fork', '--kill-child', '/bin/sh', '-c', script, 'sh', ...inside];
}

/** Runs a command in a root folder to its end. Throws where it fails. */
export function runIn(root: string, place: Place, argv: readonly string[]): string {
  return execFileSync('unshare', startedIn(root, place, argv), {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 64 * 1024 * 1024,
  });
}

/** Starts a command in a root folder, which ends with this process. */
export function spawnIn(root: string, place: Place, argv: readonly string[]): ChildProcess {
  return spawn('unshare', startedIn(root, place, argv), { stdio: ['ignore', 'pipe', 'pipe'] });
}

/** What a build step has besides the image: names, certificates and the cache of this machine's npm. */
export function buildPlace(root: string): Pick<Place, 'env' | 'mounts'> {
  const cache = execFileSync('npm', ['config', 'get', 'cache'], { encoding: 'utf8' }).trim();
  const home = { from: cache, at: '/root/.npm' };
  mkdirSync(cache, { recursive: true });
  mkdirSync(join(root, home.at), { recursive: true });
  copyFileSync('/etc/resolv.conf', join(root, 'etc/resolv.conf'));
  const env: Record<string, string> = {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: '/root',
  };
  for (const name of NETWORK) {
    const value = process.env[name];
    if (value === undefined) continue;
    const isFile = existsSync(value);
    if (isFile) copyFileSync(value, join(root, 'etc', basename(value)));
    env[name] = isFile ? `/etc/${basename(value)}` : value;
  }
  return { env, mounts: [home] };
}
