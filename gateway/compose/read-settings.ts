import { readFileSync } from 'node:fs';
import { SERVER_SETTING_LIST, type Setting } from '../../schemas/settings/index.ts';
import { type SettingFault, unknownSettings } from '../../schemas/settings/unknown-settings.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** The text of each setting that is set, by its name. */
export type SettingTexts = ReadonlyMap<string, string>;

/**
 * The texts of a server's settings, from the environment or from the files that `HUREN_X_FILE` names, with everything
 * about them that cannot be read. An empty variable counts as unset.
 */
export function readSettings(env: Environment): {
  readonly texts: SettingTexts;
  readonly unknown: readonly SettingFault[];
  readonly faults: readonly SettingFault[];
} {
  const texts = new Map<string, string>();
  const faults: SettingFault[] = [];
  for (const setting of SERVER_SETTING_LIST) {
    const found = readText(env, setting);
    if (typeof found === 'object') {
      faults.push(found);
      continue;
    }
    if (found !== undefined) texts.set(setting.name, found);
    if (setting.read(found) === null) faults.push(refusal(setting));
  }
  return { texts, unknown: unknownSettings(env), faults };
}

/** The value of a setting whose text has been found readable. Throws where it has not. */
export function settingValue<T>(setting: Setting<T>, texts: SettingTexts): T {
  const read = setting.read(texts.get(setting.name));
  if (read === null) throw new Error(`${setting.name} was not checked before it was used`);
  return read.value;
}

/** Where the value of a setting comes from a file: which. */
export function fileOf(env: Environment, { name, namesFile }: Setting<unknown>): string | null {
  return namesFile ? null : env[`${name}_FILE`] || null;
}

function readText(env: Environment, setting: Setting<unknown>): string | undefined | SettingFault {
  const { name } = setting;
  const direct = env[name] || undefined;
  const file = fileOf(env, setting);
  if (file === null) return direct;
  if (direct !== undefined) {
    const both = { zh: `${name} 与 ${name}_FILE 只能设置一个`, en: `set either ${name} or ${name}_FILE, not both` };
    return { setting: name, text: both };
  }
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return { setting: `${name}_FILE`, text: { zh: '无法读取该文件', en: 'the file cannot be read' } };
  }
}

function refusal({ name, takes }: Setting<unknown>): SettingFault {
  return { setting: name, text: { zh: `须为 ${takes.zh}`, en: `must be ${takes.en}` } };
}
