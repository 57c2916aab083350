import { LOG_LINES } from './log-lines.ts';
import { markdownTable } from './marked-table.ts';

/** The lines of a node's log as a Markdown table. */
export function logLinesTable(): string {
  const rows = Object.entries(LOG_LINES).map(([msg, { level, members, about }]) => [
    `\`${msg}\``,
    level,
    members.map((member) => `\`${member}\``).join(' '),
    about,
  ]);
  return markdownTable([['`msg`', 'Level', 'Beside it', 'What it means'], ...rows]);
}
