import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { freePort, isFreePort } from './free-port.ts';
import { killAtExit } from './kill-at-exit.ts';
import { PATIENCE_MS } from './patience.ts';

/** One real redis-server of the test's own, on a free port, with its data in a temporary directory. */
export interface TestRedisNode {
  readonly port: number;
  /** Dies as in a power cut. */
  readonly kill: () => Promise<void>;
  /** Comes back on the same port, with what it had on disk: nothing, unless it runs with an append-only file. */
  readonly start: () => Promise<void>;
  /** Stands still, connections and all, until `resume`. */
  readonly freeze: () => void;
  readonly resume: () => void;
  readonly isRunning: () => boolean;
}

export interface TestRedis {
  /** What HUREN_REDIS_URL takes. */
  readonly url: string;
  readonly nodes: readonly TestRedisNode[];
  /** Every key with its value, and the stream: what a thief would get. */
  readonly dump: () => Promise<string>;
  readonly stop: () => Promise<void>;
}

const READY_WITHIN_MS = PATIENCE_MS;

/** Starts a single server. */
export async function startRedis(): Promise<TestRedis> {
  const folder = mkdtempSync(join(tmpdir(), 'huren-redis-'));
  const node = await startOnFree(freePort, (port) => startNode(folder, port, []));
  return testRedis(`redis://127.0.0.1:${node.port}`, [node], folder);
}

/** Starts a Cluster of three masters that share the slots. */
export async function startRedisCluster(): Promise<TestRedis> {
  const folder = mkdtempSync(join(tmpdir(), 'huren-redis-cluster-'));
  const nodes: TestRedisNode[] = [];
  for (let n = 0; n < 3; n += 1) {
    const liveness = ['--cluster-node-timeout', '1000', '--cluster-require-full-coverage', 'no'];
    const settings = (port: number) => ['--cluster-enabled', 'yes', '--cluster-config-file', `nodes-${port}.conf`];
    nodes.push(await startOnFree(clusterPort, (port) => startNode(folder, port, [...settings(port), ...liveness])));
  }
  const addresses = nodes.map(({ port }) => `127.0.0.1:${port}`);
  const made = spawnSync('redis-cli', ['--cluster', 'create', ...addresses, '--cluster-yes'], { encoding: 'utf8' });
  if (made.status !== 0) throw new Error(`the cluster was not made: ${made.stdout}${made.stderr}`);
  for (const { port } of nodes) await until(() => clusterIsWhole(port));
  return testRedis(addresses.map((address) => `redis://${address}`).join(','), nodes, folder);
}

function testRedis(url: string, nodes: readonly TestRedisNode[], folder: string): TestRedis {
  return {
    url,
    nodes,
    dump: async () =>
      (await Promise.all(nodes.filter((node) => node.isRunning()).map(({ port }) => dumpOf(port)))).join('\n'),
    stop: async () => {
      await Promise.all(nodes.map((node) => node.kill()));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const PORTS_TRIED = 5;

/** A port that was free a moment ago may be another test's by now: then another one is tried. */
async function startOnFree(
  choose: () => Promise<number>,
  start: (port: number) => Promise<TestRedisNode>,
): Promise<TestRedisNode> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await start(await choose());
    } catch (error) {
      if (!(error instanceof ServerEnded) || tried >= PORTS_TRIED) throw error;
    }
  }
}

/** The server ended instead of starting, as it does where somebody has its port. */
class ServerEnded extends Error {}

async function startNode(folder: string, port: number, settings: readonly string[]): Promise<TestRedisNode> {
  let child: ChildProcess | null = null;
  const start = async () => {
    const args = [
      '--port',
      String(port),
      '--bind',
      '127.0.0.1',
      '--dir',
      folder,
      '--save',
      '',
      '--dbfilename',
      `${port}.rdb`,
    ];
    const server = spawn('redis-server', [...args, ...settings], { stdio: 'ignore' });
    child = server;
    killAtExit(server);
    await until(async () => {
      if (server.exitCode !== null) throw new ServerEnded(`redis-server ended with ${server.exitCode}`);
      return (await ask(port, ['PING'])) === 'PONG';
    });
  };
  const kill = async () => {
    const running = child;
    child = null;
    if (running === null || running.exitCode !== null || running.signalCode !== null) return;
    const exited = once(running, 'exit');
    running.kill('SIGKILL');
    await exited;
  };
  await start();
  return {
    port,
    start,
    kill,
    freeze: () => child?.kill('SIGSTOP'),
    resume: () => child?.kill('SIGCONT'),
    isRunning: () => child !== null,
  };
}

async function clusterIsWhole(port: number): Promise<boolean> {
  return String(await ask(port, ['CLUSTER', 'INFO'])).includes('cluster_state:ok');
}

/** How far above its port a node of a Cluster listens for the others. */
export const BUS_OFFSET = 10_000;
const CLUSTER_PORTS = { from: 15_000, to: 22_000 };

/** For a node of a Cluster: both its ports are free, and neither is one that the kernel hands out by itself. */
export async function clusterPort(range = CLUSTER_PORTS): Promise<number> {
  for (;;) {
    const port = await freePort(range);
    if (await isFreePort(port + BUS_OFFSET)) return port;
  }
}

async function ask(port: number, [command = 'PING', ...args]: readonly string[]): Promise<unknown> {
  const client = new Redis({ port, host: '127.0.0.1', lazyConnect: true, retryStrategy: null, commandTimeout: 1_000 });
  client.on('error', () => {});
  try {
    await client.connect();
    return await client.call(command, ...args);
  } catch {
    return null;
  } finally {
    client.disconnect();
  }
}

async function dumpOf(port: number): Promise<string> {
  const client = new Redis({ port, host: '127.0.0.1' });
  client.on('error', () => {});
  const lines: string[] = [];
  for await (const keys of client.scanStream({ count: 1_000 })) {
    for (const key of Array.isArray(keys) ? keys : []) {
      const value = await storedValue(client, String(key));
      lines.push(`${String(key)} ${value}`);
    }
  }
  client.disconnect();
  return lines.join('\n');
}

async function storedValue(client: Redis, key: string): Promise<string> {
  switch (await client.type(key)) {
    case 'string':
      return (await client.getBuffer(key))?.toString('latin1') ?? '';
    case 'stream':
      return JSON.stringify(await client.xrange(key, '-', '+'));
    case 'hash':
      return JSON.stringify(await client.hgetall(key));
    case 'set':
      return JSON.stringify(await client.smembers(key));
    case 'zset':
      return JSON.stringify(await client.zrange(key, '0', '-1'));
    default:
      return '';
  }
}

async function until(isTrue: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + READY_WITHIN_MS;
  while (!(await isTrue())) {
    if (performance.now() > deadline) throw new Error('redis-server was not ready in time');
    await delay(20);
  }
}
