import type { Browser } from 'playwright-core';
import type { Nation } from '../../sandbox/nation/nation.ts';
import type { DeskOptions } from './options.ts';

/** Where a part of a long run says what it saw. */
export interface DeskNotes {
  readonly options: DeskOptions;
  readonly note: (line: string) => void;
  /** Something that must not be. */
  readonly fault: (line: string) => void;
}

/** What the parts that look at a nation stand on. */
export interface DeskRun extends DeskNotes {
  readonly nation: Nation;
  readonly browser: Browser;
}
