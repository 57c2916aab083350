import { optionalSetting, type SettingUser, setting } from './setting.ts';
import * as value from './values.ts';

const COMMANDS: readonly SettingUser[] = ['command line'];

/** What commands read: most of them ask a running gateway. A server takes no notice of them. */
export const COMMAND_LINE_SETTINGS = {
  url: setting('HUREN_URL', value.webAddress, {
    about: { zh: '命令所询问的网关', en: 'the gateway that commands ask' },
    usedBy: COMMANDS,
    default: 'http://127.0.0.1:8080',
  }),
  clientId: optionalSetting('HUREN_CLIENT_ID', value.text(1, 1024), {
    about: { zh: '场所的客户端标识，供 scan 与 demo 使用', en: 'the venue’s client, for scan and demo' },
    usedBy: COMMANDS,
    unset: { zh: '使用沙箱的场所', en: 'a venue of the sandbox' },
  }),
  clientSecret: optionalSetting('HUREN_CLIENT_SECRET', value.text(1, 4096), {
    about: { zh: '该客户端的密钥', en: 'the secret of that client' },
    usedBy: COMMANDS,
    isSecret: true,
    unset: { zh: '使用沙箱的场所', en: 'a venue of the sandbox' },
  }),
  tokenEndpoint: optionalSetting('HUREN_TOKEN_ENDPOINT', value.webAddress, {
    about: { zh: '该客户端取得访问令牌的地址', en: 'where that client gets its access tokens' },
    usedBy: COMMANDS,
    unset: { zh: '使用沙箱的场所', en: 'a venue of the sandbox' },
  }),
  backupPassphrase: optionalSetting('HUREN_BACKUP_PASSPHRASE', value.text(12, 1024), {
    about: {
      zh: '封存备份所用的口令；遗失后无法恢复',
      en: 'what backups are sealed with, and opened again: without it nobody can',
    },
    usedBy: COMMANDS,
    isSecret: true,
    unset: { zh: '无法备份与恢复', en: 'nothing is backed up or restored' },
  }),
} as const;
