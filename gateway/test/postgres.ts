import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { PATIENCE_MS } from './patience.ts';

/** A real PostgreSQL of the test's own: free port on loopback, data in a temporary directory, fsync on. */
export type TestPostgres = {
  /** Makes an empty database and gives its connection string. */
  readonly createDatabase: () => Promise<string>;
  /** The server dies as in a power cut (SIGKILL) and comes back on the same port and data. */
  readonly crashAndRestart: () => Promise<void>;
  /** The server goes away; `start` brings it back, and so does the next database. */
  readonly shutDown: () => Promise<void>;
  readonly start: () => Promise<void>;
  /** Ends the server and removes its data. */
  readonly stop: () => Promise<void>;
};

type User = { readonly uid: number; readonly gid: number };
type Server = { readonly child: ChildProcess; readonly exited: Promise<unknown> };

const READY_TIMEOUT_MS = PATIENCE_MS;

/** The folder with `initdb` and `postgres`: on PATH, or where Debian keeps them; undefined when there is none. */
export function findPostgres(): string | undefined {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), ...versions.map((v) => join(debian, v, 'bin'))];
  return folders.find((folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')));
}

/** Makes and starts a server. Fails where there is no PostgreSQL: skip by `findPostgres()` first. */
export async function startPostgres(): Promise<TestPostgres> {
  const binaries = findPostgres();
  if (binaries === undefined) throw new Error('no PostgreSQL on this machine');
  const user = unprivilegedUser();
  const folder = mkdtempSync(join(tmpdir(), 'huren-postgres-'));
  const password = randomBytes(16).toString('hex');
  initialise(binaries, folder, password, user);
  const port = await freePort();
  const url = (database: string) => `postgres://huren:${password}@127.0.0.1:${port}/${database}`;
  let server: Server | undefined;
  let databases = 0;

  const start = async () => {
    if (server?.child.exitCode === null && server.child.signalCode === null) return;
    const deadline = Date.now() + READY_TIMEOUT_MS;
    do {
      // After a crash the old server's children may still be ending, and the new server then ends at once.
      server = launch(binaries, folder, port, user);
    } while (!(await becomesReady(url('postgres'), server, deadline)));
  };
  const end = async (signal: NodeJS.Signals) => {
    server?.child.kill(signal);
    await server?.exited;
    server = undefined;
  };
  // A test run that is cut short must not leave a server behind.
  const onExit = () => server?.child.kill('SIGQUIT');
  process.once('exit', onExit);

  await start();
  return {
    start,
    createDatabase: async () => {
      // A test that failed while the server was away has left it so.
      await start();
      databases += 1;
      const name = `test_${databases}`;
      await runSql(url('postgres'), `CREATE DATABASE ${name}`);
      return url(name);
    },
    crashAndRestart: async () => {
      await end('SIGKILL');
      await start();
    },
    shutDown: () => end('SIGINT'),
    stop: async () => {
      process.off('exit', onExit);
      await end('SIGINT');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function initialise(binaries: string, folder: string, password: string, user: User | undefined): void {
  const passwordFile = join(folder, 'password');
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (user !== undefined) for (const path of [folder, passwordFile]) chownSync(path, user.uid, user.gid);
  const made = spawnSync(
    join(binaries, 'initdb'),
    [
      '-D',
      join(folder, 'data'),
      '-U',
      'huren',
      '-A',
      'scram-sha-256',
      `--pwfile=${passwordFile}`,
      '-E',
      'UTF8',
      '--no-sync',
    ],
    { ...user, cwd: folder, encoding: 'utf8' },
  );
  rmSync(passwordFile);
  if (made.status !== 0) throw new Error(`initdb failed: ${made.stderr}`);
}

function launch(binaries: string, folder: string, port: number, user: User | undefined): Server {
  const settings = [
    'fsync=on',
    `unix_socket_directories=${folder}`,
    'listen_addresses=127.0.0.1',
    'max_connections=60',
  ];
  const child = spawn(
    join(binaries, 'postgres'),
    ['-D', join(folder, 'data'), '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])],
    { ...user, cwd: folder, stdio: 'ignore' },
  );
  return { child, exited: once(child, 'exit') };
}

async function becomesReady(url: string, server: Server, deadline: number): Promise<boolean> {
  for (;;) {
    try {
      await runSql(url, 'SELECT 1');
      return true;
    } catch (cause) {
      if (Date.now() > deadline) throw new Error('PostgreSQL did not start in time', { cause });
      if (server.child.exitCode !== null) return false;
      await delay(50);
    }
  }
}

async function runSql(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  client.on('error', () => {});
  try {
    await client.connect();
    await client.query(sql);
  } finally {
    await client.end().catch(() => {});
  }
}

// PostgreSQL refuses to run as root, so for root it runs as the user its package made.
export function unprivilegedUser(): User | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith('postgres:'));
  const [, , uid, gid] = line?.split(':') ?? [];
  if (uid === undefined || gid === undefined) throw new Error('there is no user "postgres" to run PostgreSQL as');
  return { uid: Number(uid), gid: Number(gid) };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
