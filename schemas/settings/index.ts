import { COMMAND_LINE_SETTINGS } from './command-line-settings.ts';
import { SERVER_SETTINGS } from './server-settings.ts';
import type { Setting } from './setting.ts';
import { STORE_SETTINGS } from './store-settings.ts';
import { TRUST_SETTINGS } from './trust-settings.ts';

export type { NodeRole } from './roles.ts';
export { EVERY_ROLE } from './roles.ts';
export type { Setting } from './setting.ts';

/** Every `HUREN_*` variable, each declared once: parsing, help, the runbook and the refusal of others follow from it. */
export const SETTINGS = {
  ...SERVER_SETTINGS,
  ...TRUST_SETTINGS,
  ...STORE_SETTINGS,
  ...COMMAND_LINE_SETTINGS,
} as const;

/** The same as a list, in the order in which they are shown. */
export const SETTING_LIST: readonly Setting<unknown>[] = Object.values(SETTINGS);

/** The settings that a server reads. */
export const SERVER_SETTING_LIST: readonly Setting<unknown>[] = SETTING_LIST.filter(({ usedBy }) =>
  usedBy.some((user) => user !== 'command line'),
);
