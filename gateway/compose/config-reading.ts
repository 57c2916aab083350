import { readFileSync } from 'node:fs';
import type { LocalisedText } from '../../schemas/code-lists/index.ts';
import { SERVER_SETTING_LIST, type Setting } from '../../schemas/settings/index.ts';
import { type SettingFault, unknownSettings } from '../../schemas/settings/unknown-settings.ts';
import { KeyError } from '../keys/key-error.ts';
import { readMountedSecret } from '../keys/private-file.ts';

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
    const found = readOne(env, setting);
    if ('fault' in found) faults.push(found.fault);
    else if (found.text !== undefined) texts.set(setting.name, found.text);
  }
  return { texts, unknown: unknownSettings(env), faults };
}

/** One setting: its text, undefined where it is unset, and its value; or what is wrong about it. */
export function readOne<T>(
  env: Environment,
  setting: Setting<T>,
): { readonly text: string | undefined; readonly value: T } | { readonly fault: SettingFault } {
  const text = readText(env, setting);
  if (typeof text === 'object') return { fault: text };
  const read = setting.read(text);
  return read === null ? { fault: refusal(setting) } : { text, value: read.value };
}

/** The value of a setting whose text has been found readable. Throws where it has not. */
export function settingValue<T>(setting: Setting<T>, texts: SettingTexts): T {
  const read = setting.read(texts.get(setting.name));
  if (read === null) throw new Error(`${setting.name} was not checked before it was used`);
  return read.value;
}

/** Where the value of a setting comes from a file: which. */
function fileOf(env: Environment, { name, namesFile }: Setting<unknown>): string | null {
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
  const text = readMounted(file, setting.isSecret);
  return typeof text === 'string' ? text.trim() : { setting: `${name}_FILE`, text };
}

/** Whoever may read the file of a secret has it: then it is no longer one, and going on would hide that. */
function readMounted(path: string, isSecret: boolean): string | LocalisedText {
  try {
    const text = isSecret ? readMountedSecret(path) : readFileSync(path, 'utf8');
    if (text !== null) return text;
  } catch (error) {
    if (error instanceof KeyError && error.code === 'key_file_exposed') {
      return {
        zh: `他人可以读取 ${path}：chmod 640，并更换其中内容`,
        en: `${path} may be read by others: chmod 640, and replace what it holds`,
      };
    }
  }
  return { zh: `无法读取 ${path}`, en: `${path} cannot be read` };
}

function refusal({ name, takes }: Setting<unknown>): SettingFault {
  return { setting: name, text: { zh: `须为 ${takes.zh}`, en: `must be ${takes.en}` } };
}
