import type { Page } from 'playwright-core';

/** One state of a page that people look at. */
export interface View {
  readonly path: string;
  /** What stands there once it can be acted on; unless told, what the page shows when it has read everything. */
  readonly ready?: string;
  /** Who sits before it. An operator is logged in, with an enrolled key where the script has the sandbox's data at hand. */
  readonly as?: 'anybody' | 'operator';
  /** What the page is to be told other than by the sandbox: it is there before the page is opened. */
  readonly told?: (page: Page) => Promise<unknown>;
  /** What somebody does there before the picture is taken. */
  readonly act?: (page: Page) => Promise<unknown>;
  /** What brings the sandbox back to what it was, where that changed it: each view stands alone, in any order. */
  readonly undo?: (page: Page) => Promise<unknown>;
}

export type Views = Readonly<Record<string, View>>;
