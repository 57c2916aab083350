import type { LocalisedText } from '../../schemas/code-lists/index.ts';
import { CodedError } from '../../schemas/coded-error.ts';
import { EVERY_ROLE, type NodeRole, SETTINGS, type Setting } from '../../schemas/settings/index.ts';
import type { SettingFault } from '../../schemas/settings/unknown-settings.ts';
import { type Environment, readOne, readSettings, type SettingTexts, settingValue } from './config-reading.ts';
import { ruleFaults } from './config-rules.ts';

/** Where people log in, and this node as a client there. */
interface LoginProvider {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

/** What the operator decided, checked once at start-up. Each member is a setting of schemas/settings/. */
export interface Config {
  readonly port: number;
  readonly host: string;
  readonly dataDir: string;
  /** Null: it follows from host and port. */
  readonly entityId: string | null;
  readonly roles: ReadonlySet<NodeRole>;
  /** The registry to follow; null: this process keeps the log. */
  readonly logUrl: string | null;
  /** Cosignatures that a checkpoint of that registry needs. */
  readonly witnesses: number;
  /** Address ranges beyond public ones, as written. */
  readonly networks: string | null;
  /** Certificate authorities to believe beside the system's. */
  readonly caFile: string | null;
  readonly tls: { readonly certFile: string; readonly keyFile: string } | null;
  /** Where signing keys are, as written; null: below the data directory. */
  readonly keys: string | null;
  /** Seconds between two looks at the keys of subordinates. */
  readonly refreshS: number;
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
  /** Cells of the matrix with fewer presentations are withheld. No setting: a sandbox takes less. */
  readonly suppressedBelow: number;
  /** How long readiness says `draining` before no connection is taken any more. */
  readonly drainS: number;
  readonly anchorFile: string | null;
  /** A folder of `<province>.json` with the secrets of its upstream; null: drivers that need one get no answer. */
  readonly upstreamDir: string | null;
  /** Where national operators log in to the registry page; null: the page only shows. In the sandbox it brings its own. */
  readonly operatorProvider: LoginProvider | null;
  /** The authorization server at which venues' staff sign in to the scanner's page; null: nobody can. */
  readonly staffProvider: LoginProvider | null;
  /** Null: by what standard error is. */
  readonly logLevel: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent' | null;
}

/** How the settings are to be read: in a sandbox plain http is taken everywhere, since everything in it is simulated. */
export interface ConfigMode {
  readonly sandbox: boolean;
}

/** A setting is missing or wrong; the message is one line that names it, and never quotes what is secret. */
export class ConfigError extends CodedError<'config_invalid'> {
  override readonly name = 'ConfigError';
  readonly text: LocalisedText;

  constructor(text: LocalisedText | string, options: { readonly cause?: unknown } = {}) {
    const said = typeof text === 'string' ? { zh: text, en: text } : text;
    super('config_invalid', said.en, options);
    this.text = said;
  }

  static of({ setting, text }: SettingFault, options: { readonly cause?: unknown } = {}): ConfigError {
    return new ConfigError({ zh: `${setting}: ${text.zh}`, en: `${setting}: ${text.en}` }, options);
  }
}

/**
 * Reads `HUREN_*` from an environment; any of them may end in `_FILE`, and is then read from that file (a mounted
 * secret). Throws ConfigError naming the first variable that is unknown or wrong.
 */
export function readConfig(env: Environment, mode: ConfigMode = { sandbox: false }): Config {
  const { config, faults } = checkConfig(env, mode);
  const [first] = faults;
  if (config === null || first !== undefined) throw ConfigError.of(first ?? { setting: 'HUREN_*', text: UNREADABLE });
  return config;
}

/** One setting of a server, for a command that shares it. Throws ConfigError. */
export function readSetting<T>(env: Environment, setting: Setting<T>): T {
  const read = readOne(env, setting);
  if ('fault' in read) throw ConfigError.of(read.fault);
  return read.value;
}

const UNREADABLE = { zh: '无法读取', en: 'cannot be read' };

/** The configuration, null where a variable cannot be read, with everything that is wrong about it. */
export function checkConfig(
  env: Environment,
  mode: ConfigMode,
): { readonly config: Config | null; readonly faults: readonly SettingFault[] } {
  const { texts, unknown, faults } = readSettings(env);
  if (faults.length > 0) return { config: null, faults: [...unknown, ...faults] };
  const config = configOf(texts);
  return { config, faults: [...unknown, ...ruleFaults(config, texts, mode)] };
}

function configOf(texts: SettingTexts): Config {
  const of = <T>(setting: Setting<T>) => settingValue(setting, texts);
  return {
    port: of(SETTINGS.port),
    host: of(SETTINGS.host),
    dataDir: of(SETTINGS.dataDir),
    entityId: of(SETTINGS.entityId),
    roles: of(SETTINGS.roles) ?? new Set(EVERY_ROLE),
    logUrl: of(SETTINGS.logUrl),
    witnesses: of(SETTINGS.witnesses),
    networks: of(SETTINGS.networks),
    caFile: of(SETTINGS.caFile),
    tls: tlsOf(of(SETTINGS.tlsCertFile), of(SETTINGS.tlsKeyFile)),
    keys: of(SETTINGS.keys),
    refreshS: of(SETTINGS.refreshS),
    databaseUrl: of(SETTINGS.databaseUrl),
    redisUrl: of(SETTINGS.redisUrl),
    cacheSecret: of(SETTINGS.cacheSecret),
    clientRate: of(SETTINGS.clientRate),
    provinceRate: of(SETTINGS.provinceRate),
    workers: of(SETTINGS.workers),
    suppressedBelow: of(SETTINGS.suppressedBelow),
    drainS: of(SETTINGS.drainS),
    anchorFile: of(SETTINGS.anchorFile),
    upstreamDir: of(SETTINGS.upstreamDir),
    operatorProvider: providerOf(
      of(SETTINGS.operatorIssuer),
      of(SETTINGS.operatorClientId),
      of(SETTINGS.operatorClientSecret),
    ),
    staffProvider: providerOf(of(SETTINGS.staffIssuer), of(SETTINGS.staffClientId), of(SETTINGS.staffClientSecret)),
    logLevel: of(SETTINGS.logLevel),
  };
}

// Half of a group is a fault of its own (config-rules.ts), so that here a member that is missing means none of them.

function tlsOf(certFile: string | null, keyFile: string | null): Config['tls'] {
  return certFile === null || keyFile === null ? null : { certFile, keyFile };
}

function providerOf(issuer: string | null, clientId: string | null, clientSecret: string | null): LoginProvider | null {
  return issuer === null || clientId === null || clientSecret === null ? null : { issuer, clientId, clientSecret };
}
