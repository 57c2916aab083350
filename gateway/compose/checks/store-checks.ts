import { connectRedis } from '../../cache/redis-connection.ts';
import { PostgresPool, requireDurable } from '../../stores/postgres-pool.ts';
import { STORE_FAULTS, StoreError } from '../../stores/store-error.ts';
import { faultWords } from './fault-words.ts';
import { bad, type Finding, good, type Subject, same, unused } from './finding.ts';

const WITHIN_MS = 3_000;
const NOT_SET = { zh: '未设置', en: 'not set' };

/** PostgreSQL: that it lets us in, can be written to, and keeps what it was given. */
export async function checkDatabase({ config }: Subject): Promise<Finding> {
  const about = ['database', 'HUREN_DATABASE_URL'] as const;
  if (config.databaseUrl === null) return unused(about, NOT_SET);
  const pool = new PostgresPool(config.databaseUrl);
  try {
    const [row] = await pool.withClient(async (client) => {
      await requireDurable(client);
      const { rows } = await client.query<{ version: string; readonly: boolean }>(ABOUT_SERVER);
      return rows;
    });
    if (row?.readonly === false) return good(about, same(`PostgreSQL ${row.version}`));
    return bad(
      about,
      { zh: '只读（副本）', en: 'it is read-only (a replica)' },
      { zh: '改用主库的地址', en: 'name the primary' },
    );
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    return bad(about, STORE_FAULTS[error.code], { zh: '核对地址、用户与网络', en: 'check address, user and network' });
  } finally {
    await pool.close();
  }
}

const ABOUT_SERVER = `
  SELECT current_setting('server_version') AS version, current_setting('transaction_read_only')::bool AS readonly`;

/** Redis: that it lets us in and answers. */
export async function checkRedis({ config }: Subject): Promise<Finding> {
  const about = ['redis', 'HUREN_REDIS_URL'] as const;
  if (config.redisUrl === null) return unused(about, NOT_SET);
  const { client, close } = connectRedis(config.redisUrl, WITHIN_MS);
  const { promise, resolve } = Promise.withResolvers<Finding>();
  const fail = (error: unknown) =>
    resolve(bad(about, faultWords(error), { zh: '核对地址、密码与网络', en: 'check address, password and network' }));
  const timer = setTimeout(() => fail(Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' })), WITHIN_MS);
  client.on('error', fail);
  client.once('ready', () => {
    client.ping().then(() => resolve(good(about, { zh: '有答复', en: 'it answers' })), fail);
  });
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    close();
  }
}
