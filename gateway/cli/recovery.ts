import { SETTINGS } from '../../schemas/settings/index.ts';
import { readSetting } from '../compose/config.ts';
import { LogError } from '../log/log-error.ts';
import { PARTS, type Part } from '../recovery/archive.ts';
import type { NodePlaces } from '../recovery/node-places.ts';
import { RecoveryError } from '../recovery/recovery-error.ts';
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

function failureOf(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const text = { zh: error.message, en: error.message };
  if (error instanceof RecoveryError) return CliError.of(error.code, text);
  if (error instanceof StoreError || error instanceof LogError || error instanceof RegistryError) {
    return CliError.of('store_unusable', text);
  }
  // A disk that is full names no file: the system's own word.
  if ('syscall' in error) return fileFailure(error) ?? CliError.of('store_unusable', text);
  return explained(error);
}
