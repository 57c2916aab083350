import { z } from 'zod';
import { entityIdSchema } from '../../schemas/status.ts';
import { KeyError } from '../keys/key-error.ts';
import { isKeySetting, KEY_SETTING_FORMS } from '../keys/key-setting.ts';
import { readMountedSecret } from '../keys/private-file.ts';

const portSchema = z.coerce.number().int().min(0).max(65535);
const rateSchema = z.coerce.number().int().min(1).max(1_000_000);
const redisUrlSchema = z
  .string()
  .max(4096)
  .refine(
    (list) => list.split(',').every((url) => z.url({ protocol: /^rediss?$/ }).safeParse(url.trim()).success),
    'must be redis:// or rediss:// addresses, with a comma between the nodes of a Cluster',
  );

const configSchema = z.object({
  HUREN_PORT: portSchema.default(8080),
  HUREN_HOST: z.string().min(1).max(255).default('127.0.0.1'),
  HUREN_DATA_DIR: z.string().min(1).default('.huren'),
  HUREN_KEYS: z.string().max(4096).refine(isKeySetting, `must be ${KEY_SETTING_FORMS}`).optional(),
  HUREN_ENTITY_ID: entityIdSchema.optional(),
  HUREN_DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
  HUREN_REDIS_URL: redisUrlSchema.optional(),
  HUREN_CACHE_SECRET: z.string().min(32, 'must have at least 32 characters').max(1024).optional(),
  HUREN_CLIENT_RATE: rateSchema.default(20_000),
  HUREN_PROVINCE_RATE: rateSchema.default(20_000),
  HUREN_WORKERS: z.coerce.number().int().min(1).max(64).default(1),
  HUREN_DRAIN_S: z.coerce.number().min(0).max(60).default(0),
  HUREN_ANCHOR_FILE: z.string().min(1).optional(),
  HUREN_UPSTREAM_DIR: z.string().min(1).optional(),
  HUREN_TOKEN_ISSUER: z.url({ protocol: /^https?$/ }).optional(),
  HUREN_TOKEN_JWKS_URI: z.url({ protocol: /^https?$/ }).optional(),
  HUREN_OPERATOR_ISSUER: z.url({ protocol: /^https$/ }).optional(),
  HUREN_OPERATOR_CLIENT_ID: z.string().min(1).max(255).optional(),
  HUREN_OPERATOR_CLIENT_SECRET: z.string().min(16, 'must have at least 16 characters').max(1024).optional(),
  HUREN_NETWORKS: z.string().max(4096).optional(),
  HUREN_CA_FILE: z.string().min(1).optional(),
  HUREN_TLS_CERT_FILE: z.string().min(1).optional(),
  HUREN_TLS_KEY_FILE: z.string().min(1).optional(),
  HUREN_LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
});

export const ROLE_NAMES = ['authority', 'registry', 'issuer', 'destination', 'monitor'] as const;
export type RoleName = (typeof ROLE_NAMES)[number];

/** What the operator decided, checked once at start-up. `entityId` follows from host and port when it is not given. */
export interface Config {
  readonly port: number;
  readonly host: string;
  readonly dataDir: string;
  /** Where keys are: `file:DIR` or `pkcs11:…`; null: in files below the data directory. */
  readonly keys: string | null;
  readonly entityId: string | null;
  /** PostgreSQL for the log; null: an SQLite file below the data directory, for one process. */
  readonly databaseUrl: string | null;
  /** Redis for what instances share; null: this process keeps it to itself. A comma list is a Cluster. */
  readonly redisUrl: string | null;
  /** What all instances derive the keys of the shared cache from; never null with a Redis. */
  readonly cacheSecret: string | null;
  /** Requests a second that one client may make, and questions a second that one province is asked. */
  readonly clientRate: number;
  readonly provinceRate: number;
  readonly workers: number;
  /** What this process is for. */
  readonly roles: ReadonlySet<RoleName>;
  /** Cells of the recognition matrix with fewer presentations than this are withheld. */
  readonly suppressedBelow: number;
  /** The registry to follow; null where it is written here. */
  readonly logUrl: string | null;
  /** How often subordinates' keys are looked at, in seconds. */
  readonly refreshS: number;
  /** How long readiness says `draining` before no connection is taken any more. */
  readonly drainS: number;
  readonly anchorFile: string | null;
  /** A folder of `<province>.json` with the secrets of its upstream; null: drivers that need one get no answer. */
  readonly upstreamDir: string | null;
  /** The venues' authorization server outside the sandbox; null: no venue can be told from a stranger. */
  readonly authorizationServer: { readonly issuer: string; readonly jwksUri: string } | null;
  /** Where national operators log in to the registry page; null: the page only shows. In the sandbox it brings its own. */
  readonly operatorProvider: {
    readonly issuer: string;
    readonly clientId: string;
    readonly clientSecret: string;
  } | null;
  /** Address ranges that hosts others name may be in beyond public ones, as given; `networksOf` reads them. */
  readonly networks: string | null;
  /** PEM bundle of authorities that are trusted besides the system's. */
  readonly caFile: string | null;
  /** What this server proves itself with; null: plain HTTP, behind a proxy or on one machine. */
  readonly tls: { readonly certFile: string; readonly keyFile: string } | null;
  readonly logLevel: z.infer<typeof configSchema>['HUREN_LOG_LEVEL'];
}

/** A setting is missing or wrong; the message is one line that names it. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly code = 'config_invalid';
}

/**
 * Reads `HUREN_*` from an environment; any of them may end in `_FILE`, and is then read from that file (a mounted
 * secret). Throws ConfigError naming the variable.
 */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const given: Record<string, string> = {};
  for (const name of Object.keys(configSchema.shape)) {
    const value = readVariable(env, name);
    if (value !== undefined) given[name] = value;
  }
  const parsed = configSchema.safeParse(given);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new ConfigError(`${String(issue?.path[0] ?? 'HUREN_*')}: ${issue?.message ?? 'not valid'}`);
  }
  const { data } = parsed;
  if (data.HUREN_REDIS_URL !== undefined && data.HUREN_CACHE_SECRET === undefined) {
    throw new ConfigError('HUREN_CACHE_SECRET: must be set together with HUREN_REDIS_URL, the same on all instances');
  }
  return {
    port: data.HUREN_PORT,
    host: data.HUREN_HOST,
    dataDir: data.HUREN_DATA_DIR,
    keys: data.HUREN_KEYS ?? null,
    entityId: data.HUREN_ENTITY_ID ?? null,
    databaseUrl: data.HUREN_DATABASE_URL ?? null,
    redisUrl: data.HUREN_REDIS_URL ?? null,
    cacheSecret: data.HUREN_CACHE_SECRET ?? null,
    clientRate: data.HUREN_CLIENT_RATE,
    provinceRate: data.HUREN_PROVINCE_RATE,
    workers: data.HUREN_WORKERS,
    roles: new Set(ROLE_NAMES),
    suppressedBelow: 10,
    logUrl: null,
    refreshS: 300,
    drainS: data.HUREN_DRAIN_S,
    anchorFile: data.HUREN_ANCHOR_FILE ?? null,
    upstreamDir: data.HUREN_UPSTREAM_DIR ?? null,
    authorizationServer: authorizationServerOf(data.HUREN_TOKEN_ISSUER, data.HUREN_TOKEN_JWKS_URI),
    operatorProvider: operatorProviderOf(data),
    networks: data.HUREN_NETWORKS ?? null,
    caFile: data.HUREN_CA_FILE ?? null,
    tls: tlsOf(data),
    logLevel: data.HUREN_LOG_LEVEL,
  };
}

function authorizationServerOf(issuer: string | undefined, jwksUri: string | undefined): Config['authorizationServer'] {
  if (issuer === undefined && jwksUri === undefined) return null;
  if (issuer === undefined) throw new ConfigError('HUREN_TOKEN_ISSUER: must be set together with HUREN_TOKEN_JWKS_URI');
  if (jwksUri === undefined)
    throw new ConfigError('HUREN_TOKEN_JWKS_URI: must be set together with HUREN_TOKEN_ISSUER');
  return { issuer, jwksUri };
}

function tlsOf({ HUREN_TLS_CERT_FILE: certFile, HUREN_TLS_KEY_FILE: keyFile }: z.output<typeof configSchema>) {
  if (certFile === undefined && keyFile === undefined) return null;
  if (certFile === undefined || keyFile === undefined) {
    throw new ConfigError('HUREN_TLS_CERT_FILE: must be set together with HUREN_TLS_KEY_FILE');
  }
  return { certFile, keyFile };
}

function operatorProviderOf(data: z.output<typeof configSchema>): Config['operatorProvider'] {
  const { HUREN_OPERATOR_ISSUER: issuer, HUREN_OPERATOR_CLIENT_ID: clientId } = data;
  const clientSecret = data.HUREN_OPERATOR_CLIENT_SECRET;
  if (issuer === undefined && clientId === undefined && clientSecret === undefined) return null;
  if (issuer === undefined || clientId === undefined || clientSecret === undefined) {
    throw new ConfigError(
      'HUREN_OPERATOR_ISSUER: must be set together with HUREN_OPERATOR_CLIENT_ID and _CLIENT_SECRET',
    );
  }
  return { issuer, clientId, clientSecret };
}

/** A setting's text, as it is given or from the file that `<name>_FILE` names; undefined where it is not set. Throws ConfigError. */
export function readVariable(env: Readonly<Record<string, string | undefined>>, name: string): string | undefined {
  const direct = env[name];
  // HUREN_ANCHOR_FILE names a file by itself; what it holds is not its value.
  const file = env[`${name}_FILE`];
  if (direct !== undefined && direct !== '' && file !== undefined) {
    throw new ConfigError(`${name}: set either ${name} or ${name}_FILE, not both`);
  }
  if (file !== undefined) {
    return readMounted(`${name}_FILE`, file);
  }
  return direct === '' ? undefined : direct;
}

/** Whoever may read the file has the secret: then it is no longer one, and going on would hide that. */
function readMounted(setting: string, path: string): string {
  try {
    const text = readMountedSecret(path);
    if (text !== null) return text.trim();
  } catch (cause) {
    if (!(cause instanceof KeyError)) throw cause;
    if (cause.code === 'key_file_exposed') throw new ConfigError(`${setting}: ${cause.message}`, { cause });
  }
  throw new ConfigError(`${setting}: the file ${path} cannot be read`);
}
