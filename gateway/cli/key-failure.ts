import { SETTINGS } from '../../schemas/settings/index.ts';
import { ConfigError, readSetting } from '../compose/config.ts';
import { KeyError } from '../keys/key-error.ts';
import { type KeySetting, readKeySetting } from '../keys/key-setting.ts';
import type { Environment } from './cli.ts';
import { CliError } from './cli-error.ts';

/** Where the keys are that commands use: the same place as the node's. Throws CliError. */
export function keySettingOf(env: Environment): KeySetting {
  try {
    const setting = readSetting(env, SETTINGS.keys);
    readKeySetting({ setting, dataDir: '' });
    return { setting, dataDir: env['HUREN_DATA_DIR'] || '.huren' };
  } catch (error) {
    if (error instanceof ConfigError) throw CliError.of('config_invalid', error.text);
    if (error instanceof KeyError) throw CliError.of('config_invalid', { zh: error.message, en: error.message });
    throw error;
  }
}

/** Runs something that needs keys. What the key room refuses becomes a CliError that says what to do next. */
export async function withKeys<T>(act: () => T | Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw explained(error);
  }
}

/** A refusal of the key room as a CliError that says what to do next; any other error as it is. */
export function explained(error: unknown): unknown {
  return error instanceof KeyError ? failureOf(error) : error;
}

function failureOf({ code, message }: KeyError): CliError {
  const text = { zh: `密钥不可用：${message}`, en: message };
  switch (code) {
    case 'key_file_exposed':
    case 'key_file_damaged':
    case 'key_file_busy':
    case 'too_many_keys':
    case 'token_unavailable':
    case 'key_use_unsupported':
      return CliError.of(code, text);
    case 'key_file_unreadable':
      return CliError.of('file_unreadable', text);
    case 'key_setting_invalid':
      return CliError.of('config_invalid', text);
    case 'key_file_present':
    case 'key_unknown':
      return CliError.of('usage_invalid', text);
  }
}
