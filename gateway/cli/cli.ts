import { type InspectColor, styleText } from 'node:util';
import type { LocalisedText } from '../../schemas/code-lists/index.ts';
import { createProgress, type Progress } from './progress.ts';

export type Language = 'zh' | 'en';
export type Environment = Readonly<Record<string, string | undefined>>;

/** What a command stands on: its environment, its language, and where it writes. */
export interface Cli {
  readonly env: Environment;
  readonly language: Language;
  readonly say: (text: LocalisedText) => string;
  /** One line for a person, made safe for a terminal. */
  readonly print: (line?: string) => void;
  /** One line for a person beside what the command answers: on stderr. */
  readonly note: (line: string) => void;
  /** One JSON document for a machine. */
  readonly printJson: (document: unknown) => void;
  /** Colours where the output is a terminal that wants them (NO_COLOR). */
  readonly paint: (style: InspectColor | readonly InspectColor[], text: string) => string;
  /** The progress line on stderr. */
  readonly progress: Progress;
}

/** `--lang` wins, then the first of LC_ALL, LC_MESSAGES and LANG that is set (POSIX 8.2); English unless it is zh*. */
export function languageOf(argv: readonly string[], env: Environment): Language {
  const at = argv.findLastIndex((argument) => argument === '--lang' || argument.startsWith('--lang='));
  const wanted = at < 0 ? undefined : (argv[at]?.split('=')[1] ?? argv[at + 1]);
  if (wanted === 'zh' || wanted === 'en') return wanted;
  const locale = [env['LC_ALL'], env['LC_MESSAGES'], env['LANG']].find((value) => value !== undefined && value !== '');
  return locale?.toLowerCase().startsWith('zh') === true ? 'zh' : 'en';
}

/** Writes to this process's own streams unless told. */
export function createCli(
  language: Language,
  env: Environment,
  { stdout, stderr }: { readonly stdout: NodeJS.WritableStream; readonly stderr: NodeJS.WritableStream } = process,
): Cli {
  const progress = createProgress(stderr);
  return {
    env,
    language,
    say: (text) => text[language],
    print: (line = '') => {
      progress('');
      stdout.write(`${shown(line)}\n`);
    },
    note: (line) => {
      progress('');
      stderr.write(`${shown(line)}\n`);
    },
    printJson: (document) => {
      stdout.write(`${escaped(JSON.stringify(document, null, 2))}\n`);
    },
    paint: (style, text) => styleText(style, text, { stream: stdout }),
    progress,
  };
}

// A gateway's text could move the cursor or rewrite what stands above: no control character reaches a terminal.
const CONTROL = /\p{Cc}|\p{Cf}/gu;

/** Text that somebody else wrote, safe to show on a terminal. */
export function printable(text: string): string {
  return text.replace(CONTROL, '\ufffd');
}

/** With what a colour is, where an escape begins it. */
const COLOUR_OR_CONTROL = /\p{Cc}\[[\d;]*m|\p{Cc}|\p{Cf}/gu;
const ESCAPE = '\u001b[';

/** A line as it goes out, in our colours. Whoever laid it out may have overlooked a member that somebody else wrote. */
function shown(line: string): string {
  return line.replace(COLOUR_OR_CONTROL, (found) =>
    found.startsWith(ESCAPE) || found === '\n' || found === '\t' ? found : '\ufffd',
  );
}

/** JSON escapes control characters below U+0020 alone; terminals obey those above U+007E too, and those that turn text round. */
function escaped(json: string): string {
  return json.replace(CONTROL, (found) => (found === '\n' ? found : found.split('').map(escapeOf).join('')));
}

function escapeOf(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
