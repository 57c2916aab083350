import { EVERY_ROLE } from './roles.ts';
import { optionalSetting, type SettingUser, setting } from './setting.ts';
import * as value from './values.ts';

const AND_COMMANDS: readonly SettingUser[] = [...EVERY_ROLE, 'command line'];

/** Where a server listens, what it is, and how it runs. */
export const SERVER_SETTINGS = {
  port: setting('HUREN_PORT', value.wholeNumber(0, 65_535), {
    about: { zh: '监听端口；0 由系统选择', en: 'the port to listen on; 0 lets the system choose' },
    default: '8080',
  }),
  host: setting('HUREN_HOST', value.host, {
    about: { zh: '监听地址', en: 'the address to listen on' },
    default: '127.0.0.1',
  }),
  entityId: optionalSetting('HUREN_ENTITY_ID', value.baseAddress, {
    about: {
      zh: '本主体的标识，即他方读取其联邦声明的地址',
      en: 'who this is: the address at which others read its federation statements',
    },
    usedBy: AND_COMMANDS,
    unset: { zh: '由监听地址与端口得出', en: 'follows from address and port' },
  }),
  roles: optionalSetting('HUREN_ROLES', value.roles, {
    about: { zh: '本进程承担的角色', en: 'what this process is' },
    unset: { zh: '全部角色', en: 'every role' },
  }),
  dataDir: setting('HUREN_DATA_DIR', value.path, {
    about: { zh: '密钥、日志与统计所在目录', en: 'the folder of keys, log and counts' },
    usedBy: AND_COMMANDS,
    default: '.huren',
  }),
  tlsCertFile: optionalSetting('HUREN_TLS_CERT_FILE', value.path, {
    about: {
      zh: '服务器证书链（PEM）；更换文件后自动重新读取',
      en: "the server's certificate chain (PEM); read again when it changes",
    },
    unset: { zh: '以明文监听，由前置代理终止 TLS', en: 'plain http, behind a proxy that ends TLS' },
  }),
  tlsKeyFile: optionalSetting('HUREN_TLS_KEY_FILE', value.path, {
    about: { zh: '该证书的私钥（PEM，0600）', en: 'the private key of that certificate (PEM, 0600)' },
    unset: { zh: '无', en: 'none' },
  }),
  workers: setting('HUREN_WORKERS', value.wholeNumber(1, 64), {
    about: {
      zh: '同一端口上的进程数；多于 1 须有 Redis 与 PostgreSQL',
      en: 'processes on one port; more than 1 needs Redis and PostgreSQL',
    },
    default: '1',
  }),
  drainS: setting('HUREN_DRAIN_S', value.decimalNumber(0, 60), {
    about: {
      zh: '停止时先报告 draining 的秒数，略长于负载均衡器的检查周期；Kubernetes 中取 5',
      en: 'seconds in which readiness says draining before connections are refused; a little more than the check of a load balancer takes, 5 in Kubernetes',
    },
    default: '0',
  }),
  logLevel: optionalSetting(
    'HUREN_LOG_LEVEL',
    value.oneOf(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']),
    {
      about: { zh: '日志级别', en: 'how much is logged on stderr' },
      unset: { zh: '终端上为 warn，其他为 info', en: '`warn` on a terminal, `info` elsewhere' },
    },
  ),
} as const;
