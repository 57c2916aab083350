import type { LocalisedText } from '../../../schemas/code-lists/index.ts';
import type { Config } from '../config.ts';
import type { Environment } from '../config-reading.ts';

/** What was looked at. Closed. */
export type CheckCode =
  | 'setting'
  | 'file'
  | 'keys'
  | 'tls'
  | 'data_directory'
  | 'disk'
  | 'open_files'
  | 'port'
  | 'database'
  | 'redis'
  | 'registry'
  | 'chain'
  | 'clock';

/** One thing that was tried. `unused`: there is nothing to try here, and `found` says why. */
export interface Finding {
  readonly check: CheckCode;
  /** The setting that it is about, and that mends it. */
  readonly setting: string;
  readonly outcome: 'good' | 'bad' | 'unused';
  readonly found: LocalisedText;
  /** What to do; null unless it is bad. */
  readonly next: LocalisedText | null;
}

/** What is to be checked. */
export interface Subject {
  readonly env: Environment;
  readonly config: Config;
  readonly sandbox: boolean;
  readonly nowMs: () => number;
}

type About = readonly [check: CheckCode, setting: string];

export function good([check, setting]: About, found: LocalisedText): Finding {
  return { check, setting, outcome: 'good', found, next: null };
}

export function bad([check, setting]: About, found: LocalisedText, next: LocalisedText): Finding {
  return { check, setting, outcome: 'bad', found, next };
}

export function unused([check, setting]: About, found: LocalisedText): Finding {
  return { check, setting, outcome: 'unused', found, next: null };
}

/** The same words in both languages: a name, a number, an address. */
export function same(text: string): LocalisedText {
  return { zh: text, en: text };
}
