import { SETTINGS, type Setting } from '../../schemas/settings/index.ts';
import type { SettingFault } from '../../schemas/settings/unknown-settings.ts';
import { isKeySetting, KEY_SETTING_FORMS } from '../keys/key-setting.ts';
import type { Config, ConfigMode } from './config.ts';
import type { SettingTexts } from './config-reading.ts';

/** Everything that is wrong about settings which are each readable: what they say together. */
export function ruleFaults(config: Config, texts: SettingTexts, mode: ConfigMode): SettingFault[] {
  return [
    ...GROUPS.flatMap((group) => groupFaults(group, texts)),
    ...sharedFaults(config),
    ...roleFaults(config),
    ...keyFaults(config),
    ...(mode.sandbox ? [] : [...plainAddresses(texts), ...nameFaults(config)]),
  ];
}

/** Settings that mean something together alone. */
const GROUPS: readonly (readonly Setting<unknown>[])[] = [
  [SETTINGS.tlsCertFile, SETTINGS.tlsKeyFile],
  [SETTINGS.operatorIssuer, SETTINGS.operatorClientId, SETTINGS.operatorClientSecret],
  [SETTINGS.staffIssuer, SETTINGS.staffClientId, SETTINGS.staffClientSecret],
];

function groupFaults(group: readonly Setting<unknown>[], texts: SettingTexts): SettingFault[] {
  const unset = group.filter(({ name }) => !texts.has(name));
  const [first] = unset;
  if (first === undefined || unset.length === group.length) return [];
  const others = group.filter((setting) => setting !== first).map(({ name }) => name);
  return [
    {
      setting: first.name,
      text: {
        zh: `须与 ${others.join('、')} 一同设置`,
        en: `must be set together with ${others.join(' and ')}`,
      },
    },
  ];
}

/** What several processes need in common. */
function sharedFaults({ workers, databaseUrl, redisUrl, cacheSecret }: Config): SettingFault[] {
  if (redisUrl !== null && cacheSecret === null) {
    const text = {
      zh: '须与 HUREN_REDIS_URL 一同设置，且各实例相同',
      en: 'must be set together with HUREN_REDIS_URL, the same on all instances',
    };
    return [{ setting: 'HUREN_CACHE_SECRET', text }];
  }
  const missing = databaseUrl === null ? 'HUREN_DATABASE_URL' : redisUrl === null ? 'HUREN_REDIS_URL' : null;
  if (workers === 1 || missing === null) return [];
  const text = {
    zh: `${workers} 个进程共用日志与缓存，须设置 ${missing}`,
    en: `${workers} processes share one log and one cache, so ${missing} must be set`,
  };
  return [{ setting: 'HUREN_WORKERS', text }];
}

/** One process keeps the log, or follows one that another keeps: never both, and never neither. */
function roleFaults({ roles, logUrl }: Config): SettingFault[] {
  const keepsLog = roles.has('registry');
  if (keepsLog === (logUrl === null)) return [];
  const text = keepsLog
    ? {
        zh: '本进程自己保管注册表（HUREN_ROLES 含 registry 或未设置）；请在 HUREN_ROLES 中只写其他角色，或不设置本项',
        en: 'this process keeps the registry itself (HUREN_ROLES names it or is not set): name the other roles alone in HUREN_ROLES, or leave this out',
      }
    : {
        zh: '须设置：HUREN_ROLES 不含 registry，本进程须跟随一个注册表',
        en: 'must be set: HUREN_ROLES does not name registry, so this process has to follow one',
      };
  return [{ setting: 'HUREN_LOG_URL', text }];
}

/** What the key room makes of it: a parameter that it does not know had a meaning that would be lost. */
function keyFaults({ keys }: Config): SettingFault[] {
  if (keys === null || isKeySetting(keys)) return [];
  return [{ setting: 'HUREN_KEYS', text: { zh: `须为 ${KEY_SETTING_FORMS}`, en: `must be ${KEY_SETTING_FORMS}` } }];
}

const ADDRESSES = [SETTINGS.entityId, SETTINGS.logUrl, SETTINGS.operatorIssuer, SETTINGS.staffIssuer];

/** Whoever is on the way could put their own keys into a plain answer. */
function plainAddresses(texts: SettingTexts): SettingFault[] {
  const plain = ADDRESSES.filter(({ name }) => {
    const text = texts.get(name);
    return text?.startsWith('https://') === false && !isLoopback(new URL(text).hostname);
  });
  const text = { zh: '须为 https（http 仅限本机回环）', en: 'must be https (http is taken on loopback alone)' };
  return plain.map(({ name }) => ({ setting: name, text }));
}

/** A name that follows from where a process listens is one that nobody else can ask. */
function nameFaults({ entityId, host }: Config): SettingFault[] {
  if (entityId !== null || isLoopback(host)) return [];
  const text = {
    zh: `监听 ${host} 时须设置：他方凭此标识读取其联邦声明`,
    en: `must be set where HUREN_HOST is ${host}: it is where others read its federation statements`,
  };
  return [{ setting: 'HUREN_ENTITY_ID', text }];
}

/** Whether a host of a URL, or an address to listen on, is this machine alone. */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || /^127(\.\d{1,3}){3}$/.test(hostname) || hostname === '[::1]' || hostname === '::1';
}
