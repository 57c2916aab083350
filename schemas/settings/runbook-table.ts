import { EVERY_ROLE, SETTING_LIST, type Setting } from './index.ts';

const BEGIN = '<!-- settings: written by npm run generate from schemas/settings/ -->';
const END = '<!-- end of settings -->';

/** The settings as a Markdown table. */
export function settingsTable(): string {
  const rows = SETTING_LIST.map((setting) =>
    row([`\`${setting.name}\``, defaultOf(setting), usersOf(setting), aboutOf(setting)]),
  );
  return [row(['Variable', 'Default', 'Used by', '']), '|---|---|---|---|', ...rows].join('\n');
}

/** The document with the table between its two marks as it must be now. Throws where a mark is missing. */
export function withSettingsTable(document: string): string {
  const from = document.indexOf(BEGIN);
  const to = document.indexOf(END);
  if (from < 0 || to < from) throw new Error(`the document lacks the marks ${BEGIN} and ${END}`);
  return `${document.slice(0, from + BEGIN.length)}\n${settingsTable()}\n${document.slice(to)}`;
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

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}
