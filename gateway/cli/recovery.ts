import { SETTINGS } from '../../schemas/settings/index.ts';
import { readSetting } from '../compose/config.ts';
import { LogError } from '../log/log-error.ts';
import { PARTS, type Part } from '../recovery/archive.ts';
import type { NodePlaces } from '../recovery/node-places.ts';
import { RecoveryError, type RecoveryErrorCode } from '../recovery/recovery-error.ts';
import { RegistryError } from '../registry/registry-error.ts';
import { StoreError } from '../stores/store-error.ts';
import type { Cli } from './cli.ts';
import { CliError } from './cli-error.ts';
import { reading } from './commands/command.ts';
import { explained, keySettingOf } from './key-failure.ts';
import { fileFailure } from './report.ts';

/** Where the node whose settings these are keeps what is its own. Throws CliError, ConfigError. */
export function placesOf({ env }: Cli): NodePlaces {
  return {
    dataDir: readSetting(env, SETTINGS.dataDir),
    databaseUrl: readSetting(env, SETTINGS.databaseUrl),
    writesLog: readSetting(env, SETTINGS.logUrl) === null,
    keys: keySettingOf(env),
    upstreamDir: readSetting(env, SETTINGS.upstreamDir),
    anchorFile: readSetting(env, SETTINGS.anchorFile),
  };
}

/** What an archive is sealed with. Throws ConfigError, CliError `usage_invalid` where it is not set. */
export function passphraseOf({ env }: Cli): string {
  const passphrase = readSetting(env, SETTINGS.backupPassphrase);
  if (passphrase !== null) return passphrase;
  throw CliError.of(
    'usage_invalid',
    { zh: '没有设置 HUREN_BACKUP_PASSPHRASE', en: 'HUREN_BACKUP_PASSPHRASE is not set' },
    {
      zh: '把口令写入仅本人可读的文件，并设置 HUREN_BACKUP_PASSPHRASE_FILE',
      en: 'write a passphrase into a file that only you may read, and name it in HUREN_BACKUP_PASSPHRASE_FILE',
    },
  );
}

/** Describes `--only`. */
export function onlyOption(cli: Cli): [flags: string, description: string, (text: string) => readonly Part[]] {
  const about = { zh: `只处理这些部分（逗号分隔）：${PARTS.join('、')}`, en: `only these parts: ${PARTS.join(',')}` };
  return ['--only <parts>', cli.say(about), reading(partsIn, cli.say({ zh: PARTS.join(','), en: PARTS.join(',') }))];
}

function partsIn(text: string): readonly Part[] | null {
  const names = text.split(',');
  const parts = PARTS.filter((part) => names.includes(part));
  return parts.length === new Set(names).size ? parts : null;
}

/** Runs something that backs up or restores. What rooms refuse becomes a CliError that says what to do next. */
export async function recovering<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw failureOf(error);
  }
}

/** Why, in Chinese; which file, and how much, stands behind it in the room's own words. */
const WHY: Readonly<Record<RecoveryErrorCode, string>> = {
  passphrase_wrong: '口令与封存时的不同',
  archive_damaged: '不是备份，或已损坏、不完整',
  archive_newer: '由更新的版本封存，本版本不识别',
  nothing_kept: '没有可备份的内容',
  file_present: '已有同名文件',
  data_present: '此处已有数据，且与备份不同',
  log_older: '已有人见过比备份更长或不同的日志',
  log_unconfirmed: '无从询问他方见过怎样的日志',
  log_invalid: '日志与签名时的不同',
  registry_unpinned: '没有锚文件，不知谁可建立此日志',
  file_unreadable: '文件无法读取',
};

function failureOf(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const textOf = (zh: string) => ({ zh: `${zh}（${error.message}）`, en: error.message });
  if (error instanceof RecoveryError) return CliError.of(error.code, textOf(WHY[error.code]));
  const text = textOf('存储无法使用');
  if (error instanceof StoreError || error instanceof LogError || error instanceof RegistryError) {
    return CliError.of('store_unusable', text);
  }
  // A disk that is full names no file: the system's own word.
  if ('syscall' in error) return fileFailure(error) ?? CliError.of('store_unusable', text);
  return explained(error);
}
