import { EVERY_ROLE } from './roles.ts';
import { optionalSetting, type SettingUser, setting } from './setting.ts';
import * as value from './values.ts';

const AND_COMMANDS: readonly SettingUser[] = [...EVERY_ROLE, 'command line'];
const FOLLOWERS: readonly SettingUser[] = ['authority', 'issuer', 'destination', 'monitor'];

/** Whom to believe, whom to follow, and with which keys to sign. */
export const TRUST_SETTINGS = {
  anchorFile: optionalSetting('HUREN_ANCHOR_FILE', value.path, {
    about: {
      zh: '信任锚文件：联邦的国家锚点，以及 registry 中可创建注册表者与日志公钥',
      en: 'whom to believe: the federation’s anchor, and in `registry` who may create the registry and the keys of its log',
    },
    usedBy: AND_COMMANDS,
    unset: { zh: '不信任任何人（沙箱自带）', en: 'nobody (a sandbox brings its own)' },
  }),
  logUrl: optionalSetting('HUREN_LOG_URL', value.baseAddress, {
    about: { zh: '所跟随的注册表的地址', en: 'the registry to follow' },
    usedBy: FOLLOWERS,
    unset: { zh: '本进程自己保管日志', en: 'this process keeps the log itself' },
  }),
  witnesses: setting('HUREN_WITNESSES', value.wholeNumber(0, 32), {
    about: {
      zh: '检查点须有几个见证者会签才予采信；先登记见证者，再作此设置',
      en: 'how many of the log’s witnesses have to have cosigned a checkpoint before it is believed; enrol them first',
    },
    usedBy: FOLLOWERS,
    default: '0',
  }),
  keys: optionalSetting('HUREN_KEYS', value.keyStore, {
    about: {
      zh: '签名密钥的存放处：file:目录，或 pkcs11:模块路径?token=…&pin-file=…',
      en: 'where signing keys are: file:DIR, or pkcs11:MODULE?token=…&pin-file=…',
    },
    usedBy: AND_COMMANDS,
    unset: { zh: '数据目录下的 keys', en: '`keys` below the data directory' },
  }),
  refreshS: setting('HUREN_REFRESH_S', value.wholeNumber(1, 86_400), {
    about: {
      zh: '读取下级新密钥的间隔秒数',
      en: 'seconds between two looks at the keys of its subordinates',
    },
    usedBy: ['authority'],
    default: '300',
  }),
  networks: optionalSetting('HUREN_NETWORKS', value.text(1, 4096), {
    about: {
      zh: '除公网外，联邦各方与上游可以使用的地址范围（逗号分隔）',
      en: 'address ranges beyond public ones that federation and upstreams may be in, a comma between them',
    },
    unset: { zh: '仅公网地址', en: 'public addresses alone' },
  }),
  caFile: optionalSetting('HUREN_CA_FILE', value.path, {
    about: {
      zh: '除系统所信任者外，对外连接时信任的证书颁发机构（PEM）',
      en: 'certificate authorities (PEM) to believe beside those of the system',
    },
    unset: { zh: '仅系统所信任者', en: 'those of the system alone' },
  }),
  upstreamDir: optionalSetting('HUREN_UPSTREAM_DIR', value.path, {
    about: {
      zh: '目录，内有 `<省份>.json`（辖区自己的系统为 `<辖区>.json`）：`{"secrets": {名称: 值}, "codes": {场景: 码}}`，即该省驱动所需的密钥与该省自己测试人员的码。有 codes 时，提交的版本会在其上游试用；文件增改后五秒内生效',
      en: 'a folder of `<province>.json` (and `<division>.json` for a division’s own system), each `{"secrets": {name: value}, "codes": {scenario: code}}`: what the province’s driver needs, and codes of the province’s own test holders. With codes, a submitted version is tried against its upstream; a file that is added or changed is used within five seconds, without a restart',
    },
    usedBy: ['issuer', 'destination'],
    unset: { zh: '需要密钥的驱动得不到答复', en: 'drivers that need a secret get no answer' },
  }),
  operatorIssuer: optionalSetting('HUREN_OPERATOR_ISSUER', value.webAddress, {
    about: {
      zh: '国家运营者登录注册表网页所用的 OpenID 提供方',
      en: 'the OpenID provider at which national operators log in to the registry page',
    },
    usedBy: ['registry'],
    unset: { zh: '该网页只供查看', en: 'the page only shows' },
  }),
  operatorClientId: optionalSetting('HUREN_OPERATOR_CLIENT_ID', value.text(1, 255), {
    about: { zh: '本节点在该提供方处的客户端标识', en: 'what this node is called there' },
    usedBy: ['registry'],
    unset: { zh: '无', en: 'none' },
  }),
  operatorClientSecret: optionalSetting('HUREN_OPERATOR_CLIENT_SECRET', value.text(16, 1024), {
    about: { zh: '本节点在该提供方处的密钥', en: 'the secret of that client' },
    usedBy: ['registry'],
    isSecret: true,
    unset: { zh: '无', en: 'none' },
  }),
  staffIssuer: optionalSetting('HUREN_STAFF_ISSUER', value.webAddress, {
    about: {
      zh: '场所工作人员登录 /scan 网页所用的授权服务器（本省已认可者）',
      en: 'the authorization server, one that the province has admitted, at which venues’ staff sign in to /scan',
    },
    usedBy: ['destination'],
    unset: { zh: '工作人员不能登录', en: 'staff cannot sign in' },
  }),
  staffClientId: optionalSetting('HUREN_STAFF_CLIENT_ID', value.text(1, 255), {
    about: { zh: '本节点在该服务器处的客户端标识', en: 'what this node is called there' },
    usedBy: ['destination'],
    unset: { zh: '无', en: 'none' },
  }),
  staffClientSecret: optionalSetting('HUREN_STAFF_CLIENT_SECRET', value.text(16, 1024), {
    about: { zh: '本节点在该服务器处的密钥', en: 'the secret of that client' },
    usedBy: ['destination'],
    isSecret: true,
    unset: { zh: '无', en: 'none' },
  }),
} as const;
