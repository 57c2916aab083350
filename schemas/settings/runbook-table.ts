import { markdownTable, withTable } from '../marked-table.ts';
import { EVERY_ROLE, SETTING_LIST, type Setting } from './index.ts';

/** The settings as a Markdown table. */
export function settingsTable(): string {
  const rows = SETTING_LIST.map((setting) => [
    `\`${setting.name}\``,
    defaultOf(setting),
    usersOf(setting),
    aboutOf(setting),
  ]);
  return markdownTable([['Variable', 'Default', 'Used by', ''], ...rows]);
}

/** The document with the table between its two marks as it must be now. Throws where a mark is missing. */
export function withSettingsTable(document: string): string {
  return withTable(document, 'settings', 'schemas/settings/', settingsTable());
}

function aboutOf({ about, isSecret }: Setting<unknown>): string {
  return isSecret ? `${about.en} (secret)` : about.en;
}

function defaultOf({ default: given, unset }: Setting<unknown>): string {
  return given === null ? (unset?.en ?? '') : `\`${given}\``;
}

function usersOf({ usedBy }: Setting<unknown>): string {
  const isEvery = EVERY_ROLE.every((role) => usedBy.includes(role));
  const roles = isEvery ? ['every role'] : usedBy.filter((user) => user !== 'command line');
  return [...roles, ...(usedBy.includes('command line') ? ['command line'] : [])].join(', ');
}
