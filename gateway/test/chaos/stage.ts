import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { type ReadyMessage, readyMessageSchema } from '../../../adapters/sandbox/protocol.ts';
import { type ProvinceCode, provinceCodeSchema } from '../../../schemas/code-lists/index.ts';
import { readConfig } from '../../compose/config.ts';
import { startProvinces } from '../../sandbox/start.ts';
import { freePort } from '../free-port.ts';
import { startPostgres, type TestPostgres } from '../postgres.ts';
import { startRedis, startRedisCluster, type TestRedis } from '../redis.ts';
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts';
import { type GatewayProcess, gatewayProcess } from './gateway-process.ts';
import { startLoadBalancer } from './load-balancer.ts';

export type RedisKind = 'single' | 'cluster';

/** Everything for real: Redis, PostgreSQL, gateways behind HAProxy, provinces, and a faulty network between them. */
export interface Stage {
  readonly url: string;
  readonly dataDir: string;
  readonly gateways: readonly GatewayProcess[];
  readonly redis: TestRedis;
  readonly postgres: TestPostgres;
  /** Each gateway's own way to Redis; none to a Cluster, whose nodes are told apart by their addresses. */
  readonly redisLinks: readonly FaultProxy[];
  readonly databaseLink: FaultProxy;
  readonly provinceLinks: ReadonlyMap<ProvinceCode, FaultProxy>;
  /** What a thief of disks, memory stores and logs would have, by place. */
  readonly loot: () => Promise<ReadonlyMap<string, string>>;
  readonly stop: () => Promise<void>;
}

const SECRET = 'a-secret-of-the-fault-lab-that-is-long-enough-0123456789';

export async function startStage(kind: RedisKind, gatewayCount: number, random: () => number): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), 'huren-chaos-'));
  const dataDir = join(folder, 'data');
  const [redis, postgres] = await Promise.all([
    kind === 'single' ? startRedis() : startRedisCluster(),
    startPostgres(),
  ]);
  const database = new URL(await postgres.createDatabase());
  const databaseLink = await startFaultProxy(Number(database.port), random);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const env = {
    HUREN_DATA_DIR: dataDir,
    HUREN_ENTITY_ID: url,
    HUREN_CACHE_SECRET: SECRET,
    HUREN_DATABASE_URL: Object.assign(new URL(database), { port: String(databaseLink.port) }).href,
    HUREN_DRAIN_S: '1',
  };
  const child = await startProvinces(readConfig({ ...env, HUREN_REDIS_URL: redis.url }), url);
  const { provinces, provinceLinks } = await linkProvinces(child.ready, random);
  const redisLinks: FaultProxy[] = [];
  const gateways: GatewayProcess[] = [];
  for (let n = 0; n < gatewayCount; n += 1) {
    const link = kind === 'single' ? await startFaultProxy(redis.nodes[0]?.port ?? 0, random) : null;
    if (link !== null) redisLinks.push(link);
    const redisUrl = link === null ? redis.url : `redis://127.0.0.1:${link.port}`;
    gateways.push(gatewayProcess({ port: await freePort(), env: { ...env, HUREN_REDIS_URL: redisUrl }, provinces }));
  }
  // The first makes the keys and the registry that the others find.
  await gateways[0]?.start();
  await Promise.all(gateways.slice(1).map((gateway) => gateway.start()));
  const balancer = await startLoadBalancer(
    folder,
    port,
    gateways.map((gateway) => gateway.port),
  );
  const links = [...redisLinks, databaseLink, ...provinceLinks.values()];
  return {
    url,
    dataDir,
    gateways,
    redis,
    postgres,
    redisLinks,
    databaseLink,
    provinceLinks,
    loot: async () => {
      const logs = gateways.map((gateway) => gateway.output()).join('\n');
      const places = { redis: await redis.dump(), postgres: await dumpDatabase(database.href), logs };
      return new Map([...Object.entries(places), ['data directory', filesBelow(dataDir)]]);
    },
    stop: async () => {
      await balancer.stop();
      await Promise.all(gateways.map((gateway) => gateway.end()));
      await child.stop();
      for (const link of links) link.close();
      await Promise.all([redis.stop(), postgres.stop()]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function linkProvinces(ready: ReadyMessage, random: () => number) {
  const provinceLinks = new Map<ProvinceCode, FaultProxy>();
  const provinces: Record<string, unknown> = {};
  for (const [name, upstream] of Object.entries(ready.provinces)) {
    const link = await startFaultProxy(Number(new URL(upstream.origin).port), random);
    provinceLinks.set(provinceCodeSchema.parse(name), link);
    provinces[name] = { ...upstream, origin: `http://127.0.0.1:${link.port}` };
  }
  return { provinces: readyMessageSchema.parse({ ...ready, provinces }), provinceLinks };
}

async function dumpDatabase(url: string): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const tables = await client.query<{ name: string }>(
    `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'`,
  );
  const dumps: string[] = [];
  for (const { name } of tables.rows) {
    const rows = await client.query<{ row: string }>(`SELECT row_to_json(t)::text AS row FROM ${name} t`);
    dumps.push(...rows.rows.map(({ row }) => row));
    // A byte string is shown in hex, in which nothing would be found.
    if (name === 'huren_log_entry') {
      const entries = await client.query<{ bytes: Buffer }>('SELECT bytes FROM huren_log_entry');
      dumps.push(...entries.rows.map(({ bytes }) => bytes.toString('latin1')));
    }
  }
  await client.end();
  return dumps.join('\n');
}

function filesBelow(folder: string): string {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const files = names.map((name) => join(folder, name)).filter((path) => statSync(path).isFile());
  return files.map((path) => readFileSync(path, 'latin1')).join('\n');
}
