import { EVERY_ROLE } from './roles.ts';
import { optionalSetting, setting } from './setting.ts';
import * as value from './values.ts';

/** What instances share, and how much anybody may ask. */
export const STORE_SETTINGS = {
  databaseUrl: optionalSetting('HUREN_DATABASE_URL', value.postgresAddress, {
    about: {
      zh: '日志、统计与通行凭据所用的 PostgreSQL；每个进程一个至多六个连接的连接池，另有一个连接监听日志',
      en: 'PostgreSQL for log, coverage and passes, over one pool of at most six connections a process and one more that listens to the log',
    },
    usedBy: [...EVERY_ROLE, 'command line'],
    isSecret: true,
    unset: {
      zh: '数据目录下的 SQLite 文件，仅供一个进程',
      en: 'SQLite files in the data directory, for one process',
    },
  }),
  redisUrl: optionalSetting('HUREN_REDIS_URL', value.redisAddresses, {
    about: {
      zh: '各实例共用的缓存、限速与通知；逗号列表即集群',
      en: 'the cache, rates and notices that instances share; a comma list is a Cluster',
    },
    usedBy: ['registry', 'issuer', 'destination'],
    isSecret: true,
    unset: { zh: '各进程自用', en: 'each process keeps its own' },
  }),
  cacheSecret: optionalSetting('HUREN_CACHE_SECRET', value.text(32, 1024), {
    about: {
      zh: '缓存与登录 Cookie 密钥的来源，各实例相同；使用 Redis 时必须设置',
      en: 'what the keys of the cache and of operators’ login cookies are derived from, the same on all instances; needed with Redis',
    },
    usedBy: ['registry', 'issuer', 'destination'],
    isSecret: true,
    unset: { zh: '每个进程自行生成，各自只认得自己的', en: 'made for the process, which then knows only its own' },
  }),
  clientRate: setting('HUREN_CLIENT_RATE', value.wholeNumber(1, 1_000_000), {
    about: {
      zh: '每个场所客户端每秒的扫码上限，各实例合计',
      en: 'scans a second that a client may make, over all instances',
    },
    usedBy: ['destination'],
    default: '20000',
  }),
  suppressedBelow: setting('HUREN_SUPPRESSED_BELOW', value.wholeNumber(1, 1_000_000), {
    about: {
      zh: '统计中一组扫码少于此数时不予公布；设为 1 则全部公布',
      en: 'coverage shows nothing that fewer scans than this are behind; 1 shows everything',
    },
    usedBy: ['destination', 'monitor'],
    default: '10',
  }),
  provinceRate: setting('HUREN_PROVINCE_RATE', value.wholeNumber(1, 1_000_000), {
    about: {
      zh: '每秒询问一个省份的上限，各实例合计',
      en: 'questions a second that a province is asked, over all instances',
    },
    usedBy: ['issuer', 'destination'],
    default: '20000',
  }),
} as const;
