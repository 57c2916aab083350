import type { LocalisedText } from '../code-lists/index.ts';
import { SETTING_LIST } from './index.ts';

/** Something that is wrong about one setting; `text` completes `HUREN_X: …`. */
export interface SettingFault {
  readonly setting: string;
  readonly text: LocalisedText;
}

/** The names that may stand in an environment: each setting, and where its value may come from a file, that too. */
export const KNOWN_NAMES: readonly string[] = SETTING_LIST.flatMap(({ name, namesFile }) =>
  namesFile ? [name] : [name, `${name}_FILE`],
);

/** Kubernetes puts the address of a Service called `huren` into such variables of every pod beside it. */
const SERVICE_LINK = /^HUREN_(SERVICE_(HOST|PORT)(_.+)?|PORT_\d+_(TCP|UDP|SCTP)(_.+)?)$/;
/** A slip changes a few characters; beyond a third of them it is another word. */
const PREFIX = 'HUREN_';

/** Every `HUREN_*` that is no setting. A misspelt one that is ignored would leave its default in force, unseen. */
export function unknownSettings(env: Readonly<Record<string, string | undefined>>): SettingFault[] {
  const names = Object.keys(env).filter((name) => name.startsWith(PREFIX) && env[name] !== undefined);
  return names
    .filter((name) => !KNOWN_NAMES.includes(name))
    .sort()
    .map((name) => ({ setting: printable(name), text: refusal(name) }));
}

function refusal(name: string): LocalisedText {
  if (SERVICE_LINK.test(name)) {
    return {
      zh: '由 Kubernetes 为名为 huren 的 Service 写入；请在 Pod 中设置 enableServiceLinks: false',
      en: 'set by Kubernetes for a Service called huren; put enableServiceLinks: false into the pod',
    };
  }
  const near = nearestName(name);
  if (near === null) return { zh: '没有这个设置', en: 'there is no such setting' };
  return { zh: `没有这个设置；是否指 ${near}`, en: `there is no such setting; is ${near} meant?` };
}

/** The known name that takes the fewest edits, where they are few enough to be a slip. */
export function nearestName(name: string): string | null {
  let nearest: string | null = null;
  let fewest = Math.max(2, Math.floor((name.length - PREFIX.length) / 3)) + 1;
  for (const known of KNOWN_NAMES) {
    const edits = editsBetween(name, known);
    if (edits < fewest) [nearest, fewest] = [known, edits];
  }
  return nearest;
}

/** Levenshtein distance: characters put in, left out or replaced. */
function editsBetween(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (const [at, character] of [...one].entries()) {
    const next = [at + 1];
    for (const [column, second] of [...other].entries()) {
      const replaced = (row[column] ?? 0) + (character === second ? 0 : 1);
      next.push(Math.min(replaced, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}

function printable(name: string): string {
  return name.replace(/[^\x20-\x7e]/g, '?').slice(0, 80);
}
