import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, closeSync, copyFileSync, existsSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { killAtExit } from '../kill-at-exit.ts';
import { findPostgres, unprivilegedUser } from '../postgres.ts';
import { type Condition, imageEnvironment, type Service } from './compose-file.ts';
import { type Site, USER } from './site.ts';

/** Beyond a container's own start period: two cores may be busy with something else. */
const WITHIN_MS = 120_000;
const STOPS_WITHIN_MS = 30_000;
const LOOK_EVERY_MS = 200;

/** What stands for the containers of the nation: one process each. */
export class Containers {
  readonly #site: Site;
  readonly #services: ReadonlyMap<string, Service>;
  readonly #running = new Map<string, ChildProcess>();
  readonly #tell: (line: string) => void;
  #isStopping = false;

  constructor(site: Site, services: ReadonlyMap<string, Service>, tell: (line: string) => void) {
    this.#site = site;
    this.#services = services;
    this.#tell = tell;
  }

  /** Starts every service once what it depends on is as its condition says. Throws with what the one that failed said. */
  async start(names: readonly string[]): Promise<void> {
    for (const name of names) {
      const service = this.#services.get(name);
      if (service === undefined) throw new Error(`no service ${name}`);
      for (const [needed, condition] of service.depends_on) await this.#reached(needed, condition);
      this.#tell(`${name}: ${service.networks.nation.ipv4_address}`);
      if (isPostgres(service)) this.#prepareDatabase();
      this.#running.set(name, this.#spawn(name, service));
      if (isPostgres(service)) await this.#createDatabases(service);
    }
  }

  /** Waits until every service that has a health check is healthy. */
  async healthy(names: readonly string[]): Promise<void> {
    for (const name of names) await this.#reached(name, 'service_healthy');
  }

  /** What a service has written. */
  said(name: string): string {
    return readFileSync(join(this.#site.logs, `${name}.log`), 'utf8');
  }

  pidOf(name: string): number {
    return this.#running.get(name)?.pid ?? 0;
  }

  /** As `docker compose down` does: everybody is asked to stop, and waited for. Gives who had to be killed. */
  async stop(): Promise<string[]> {
    this.#isStopping = true;
    const names = [...this.#running.keys()].reverse();
    const killed: string[] = [];
    for (const name of names) {
      const child = this.#running.get(name);
      if (child === undefined || hasEnded(child)) continue;
      const ended = once(child, 'exit');
      child.kill(name === 'postgres' ? 'SIGINT' : 'SIGTERM');
      const force = setTimeout(() => {
        killed.push(name);
        child.kill('SIGKILL');
      }, STOPS_WITHIN_MS);
      await ended;
      clearTimeout(force);
    }
    return killed;
  }

  #spawn(name: string, service: Service): ChildProcess {
    const [program = '', ...args] = this.#argv(service);
    const output = openSync(join(this.#site.logs, `${name}.log`), 'w');
    const child = spawn(program, args, {
      ...(isPostgres(service) ? unprivilegedUser() : USER),
      cwd: isPostgres(service) ? this.#site.logs : this.#site.volume,
      env: this.#environment(service),
      stdio: ['ignore', output, output],
    });
    closeSync(output);
    killAtExit(child);
    child.on('error', () => undefined);
    return child;
  }

  #environment({ image, environment }: Service): Record<string, string> {
    const own = image.startsWith('huren:') ? { ...imageEnvironment(), ...environment } : environment;
    const settings = Object.entries(own).map(([variable, value]) => [variable, this.#site.here(value)]);
    return { ...Object.fromEntries(settings), PATH: this.#site.path, LANG: 'C.UTF-8' };
  }

  #argv(service: Service): string[] {
    const { image, entrypoint, command, networks } = service;
    const here = [...(entrypoint ?? (image.startsWith('huren:') ? ['huren'] : [])), ...command].map(this.#site.here);
    if (image.startsWith('prom/'))
      return ['prometheus', ...here.map((one) => one.replace('=/prometheus', `=${this.#site.logs}/prometheus`))];
    if (!isPostgres(service)) return here;
    const address = this.#site.here(networks.nation.ipv4_address);
    const data = join(this.#site.logs, 'postgres');
    const options = [`listen_addresses=${address}`, `unix_socket_directories=${data}`, 'max_connections=60'];
    return [join(findPostgres() ?? '', 'postgres'), '-D', data, ...options.flatMap((option) => ['-c', option])];
  }

  /** What the entry point of that image does before it starts the server. */
  #prepareDatabase(): void {
    const user = unprivilegedUser();
    const data = join(this.#site.logs, 'postgres');
    const password = join(this.#site.logs, 'postgres-password');
    mkdirSync(data, { mode: 0o700 });
    copyFileSync(join(this.#site.volume, 'postgres/password'), password);
    if (user !== undefined) for (const path of [data, password]) chownSync(path, user.uid, user.gid);
    const options = ['-U', 'huren', '-A', 'scram-sha-256', `--pwfile=${password}`, '-E', 'UTF8', '--no-sync'];
    const made = spawnSync(join(findPostgres() ?? '', 'initdb'), ['-D', data, ...options], { ...user, cwd: data });
    if (made.status !== 0) throw new Error(`initdb: ${String(made.stderr)}`);
  }

  async #createDatabases({ networks }: Service): Promise<void> {
    const password = readFileSync(join(this.#site.volume, 'postgres/password'), 'utf8');
    const url = `postgres://huren:${password}@${this.#site.here(networks.nation.ipv4_address)}:5432/postgres`;
    const client = await connected(url);
    const script = readFileSync(this.#site.here('/ceremony/databases.sql'), 'utf8').replace(/^--.*$/gm, '');
    for (const statement of script.split(';').filter((text) => text.trim() !== '')) await client.query(statement);
    await client.end();
  }

  async #reached(name: string, condition: Condition): Promise<void> {
    const [service, child] = [this.#services.get(name), this.#running.get(name)];
    if (service === undefined || child === undefined) throw new Error(`${name} is depended on and was not started`);
    if (condition === 'service_started') return;
    const untilMs = performance.now() + WITHIN_MS;
    while (condition === 'service_healthy' ? !this.#isHealthy(service) : child.exitCode !== 0) {
      const isOver = condition === 'service_healthy' ? hasEnded(child) : hasEnded(child) && child.exitCode !== 0;
      if (isOver || performance.now() > untilMs || this.#isStopping) {
        throw new Error(`${name} did not get ${condition}:\n${this.said(name).slice(-2_000)}`);
      }
      await delay(LOOK_EVERY_MS);
    }
  }

  /** By the very check that the container would have: the service's own, or the image's. */
  #isHealthy(service: Service): boolean {
    if (isPostgres(service)) return true;
    const [, ...own] = service.healthcheck.test ?? [];
    const check = own.length > 0 ? own : ['node', '/opt/huren/deploy/healthcheck.mjs'];
    const [program = '', ...args] = check.map(this.#site.here);
    return spawnSync(program, args, { ...USER, env: this.#environment(service), stdio: 'ignore' }).status === 0;
  }
}

/** Whether this machine has what stands for the services that are not ours. Names the packages that it lacks. */
export function missingPrograms(): string[] {
  const places = (process.env['PATH'] ?? '').split(':').concat('/usr/bin', '/usr/sbin');
  const has = (program: string) => places.some((place) => existsSync(join(place, program)));
  return [
    ...(has('redis-server') ? [] : ['redis-server']),
    ...(findPostgres() === undefined ? ['postgresql'] : []),
    ...(has('prometheus') ? [] : ['prometheus']),
  ];
}

function isPostgres({ image }: Service): boolean {
  return image.startsWith('postgres:');
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

async function connected(url: string): Promise<pg.Client> {
  const untilMs = performance.now() + WITHIN_MS;
  for (;;) {
    const client = new pg.Client({ connectionString: url });
    try {
      await client.connect();
      return client;
    } catch (error) {
      if (performance.now() > untilMs) throw error;
      await delay(LOOK_EVERY_MS);
    }
  }
}
