import { Cluster, Redis } from 'ioredis';
import { z } from 'zod';
import { CacheError } from './cache-error.ts';

/** One connection to Redis, single or Cluster: what the rest of the gateway needs of it. */
export interface RedisConnection {
  readonly client: Redis | Cluster;
  /** Another connection to the same place, for commands that block. */
  readonly duplicate: (commandTimeoutMs: number) => RedisConnection;
  /**
   * Drops the connection and makes it anew; done by itself when a reply does not come. Replies are matched to commands by
   * their order alone: where one was lost or garbled on the way, every later one goes to the wrong command, and nothing
   * but a new connection ends that.
   */
  readonly renew: () => void;
  readonly close: () => void;
}

/** A command that takes longer is given up: an answer must never wait for the cache. */
const COMMAND_TIMEOUT_MS = 150;
/** What ioredis says; it has no code for it. */
const TIMED_OUT = 'Command timed out';
const CONNECT_TIMEOUT_MS = 1_000;
const RECONNECT_MS = { first: 50, most: 500 };

const addressSchema = z.url({ protocol: /^rediss?$/ });

/**
 * Connects to `redis:` or `rediss:`; a comma list is a Cluster's seed nodes. Never rejects for a Redis that is away: it
 * connects again by itself, and commands fail at once meanwhile. Throws CacheError `address_invalid`.
 */
export function connectRedis(addresses: string, commandTimeoutMs: number = COMMAND_TIMEOUT_MS): RedisConnection {
  const urls = addresses.split(',').map((address) => parseAddress(address.trim()));
  const [first, ...more] = urls;
  if (first === undefined) throw new CacheError('address_invalid', 'no Redis address');
  const client = more.length === 0 ? single(first, commandTimeoutMs) : cluster(urls, commandTimeoutMs);
  // Told by the command that needed the connection; unheard, the event would end the process.
  client.on('error', () => {});
  const renew = () => {
    if (client.status === 'ready') client.disconnect(true);
  };
  onTimeout(client, renew);
  return {
    client,
    duplicate: (timeoutMs) => connectRedis(addresses, timeoutMs),
    renew,
    close: () => client.disconnect(),
  };
}

/** Hears of every command that was given up for lack of a reply, whoever sent it. */
function onTimeout(client: Redis | Cluster, hear: () => void): void {
  const send: Cluster['sendCommand'] = client.sendCommand.bind(client);
  client.sendCommand = (...sent: Parameters<typeof send>) => {
    sent[0].promise.catch((error: unknown) => {
      if (error instanceof Error && error.message === TIMED_OUT) hear();
    });
    return send(...sent);
  };
}

function parseAddress(address: string): URL {
  if (!addressSchema.safeParse(address).success) {
    throw new CacheError('address_invalid', 'a Redis address must be redis://host:port or rediss://host:port');
  }
  return new URL(address);
}

function optionsOf(url: URL, commandTimeoutMs: number) {
  return {
    commandTimeout: commandTimeoutMs,
    connectTimeout: CONNECT_TIMEOUT_MS,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    disableClientInfo: true,
    ...(url.username === '' ? {} : { username: decodeURIComponent(url.username) }),
    ...(url.password === '' ? {} : { password: decodeURIComponent(url.password) }),
    ...(url.protocol === 'rediss:' ? { tls: { servername: url.hostname } } : {}),
  };
}

function single(url: URL, commandTimeoutMs: number): Redis {
  return new Redis({
    ...optionsOf(url, commandTimeoutMs),
    host: url.hostname,
    port: Number(url.port || 6379),
    ...(url.pathname.length > 1 ? { db: Number(url.pathname.slice(1)) } : {}),
    enableOfflineQueue: false,
    retryStrategy: reconnectAfter,
  });
}

function cluster(urls: readonly URL[], commandTimeoutMs: number): Cluster {
  const [first] = urls;
  if (first === undefined) throw new CacheError('address_invalid', 'no Redis address');
  return new Cluster(
    urls.map((url) => ({ host: url.hostname, port: Number(url.port || 6379) })),
    {
      redisOptions: optionsOf(first, commandTimeoutMs),
      enableOfflineQueue: false,
      clusterRetryStrategy: reconnectAfter,
      slotsRefreshTimeout: CONNECT_TIMEOUT_MS,
      slotsRefreshInterval: 5_000,
      retryDelayOnFailover: 50,
      retryDelayOnClusterDown: 50,
      maxRedirections: 3,
    },
  );
}

function reconnectAfter(times: number): number {
  return Math.min(RECONNECT_MS.first * times, RECONNECT_MS.most);
}
