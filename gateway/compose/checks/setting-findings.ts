import { SERVER_SETTING_LIST, type Setting } from '../../../schemas/settings/index.ts';
import type { SettingFault } from '../../../schemas/settings/unknown-settings.ts';
import type { Environment } from '../config-reading.ts';
import { bad, type Finding, good, same, unused } from './finding.ts';

const MOST_SHOWN = 80;
const CORRECT = {
  zh: '改正或移除该变量；用 serve --help 查看全部设置',
  en: 'correct or remove it; serve --help lists every setting',
};

/** Every setting of a server with its value, and everything that is wrong about them. A secret is never shown. */
export function settingFindings(env: Environment, faults: readonly SettingFault[]): Finding[] {
  const wrong = faults.map(({ setting, text }) => bad(['setting', setting], text, CORRECT));
  const named = new Set(faults.map(({ setting }) => setting));
  const rest = SERVER_SETTING_LIST.filter(({ name }) => !named.has(name) && !named.has(`${name}_FILE`));
  return [...wrong, ...rest.map((setting) => findingOf(env, setting))];
}

function findingOf(env: Environment, { name, isSecret, namesFile, unset, default: given }: Setting<unknown>): Finding {
  const file = namesFile ? undefined : env[`${name}_FILE`] || undefined;
  const value = env[name] || undefined;
  if (file !== undefined) {
    return good(['setting', name], { zh: `取自 ${printable(file)}`, en: `from ${printable(file)}` });
  }
  if (value !== undefined) {
    return good(['setting', name], isSecret ? { zh: '已设置', en: 'set' } : same(printable(value)));
  }
  return unused(['setting', name], unset ?? same(given ?? ''));
}

function printable(text: string): string {
  const shown = text.replace(/\p{Cc}|\p{Cf}/gu, '?');
  return shown.length > MOST_SHOWN ? `${shown.slice(0, MOST_SHOWN)}…` : shown;
}
