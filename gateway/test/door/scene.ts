import type { Browser } from 'playwright-core';
import { DoorPage, type DoorPageOptions, VENUE } from '../scan-page.ts';
import type { DoorRun } from './run.ts';

export const LANGUAGES = ['zh', 'en'] as const;
export type Language = (typeof LANGUAGES)[number];

/** What a scene is played with, in one language. */
export interface Stage {
  readonly run: DoorRun;
  readonly lang: Language;
  readonly browser: Browser;
  /** One whose camera sees nothing but paper. */
  readonly withCamera: Browser;
  /** Looks at a page as it is now, at every width and in both schemes. */
  readonly look: (door: DoorPage, state: string) => Promise<void>;
  /** The same for an answer, which covers the page and is the same in both schemes. */
  readonly lookAtAnswer: (door: DoorPage, state: string) => Promise<void>;
}

/** Brings a page into one state after another, and has each looked at. */
export type Scene = (stage: Stage) => Promise<void>;

/** An answer that gives way by itself stays for its pictures. As text: it runs before the page. */
const STAYS = `(() => {
  const set = globalThis.setTimeout;
  globalThis.setTimeout = (work, ms, ...given) => (ms === 4000 ? 0 : set(work, ms, ...given));
})()`;

/** Opens a page in the language of the stage. `venue` null: as nobody. */
export async function openDoor(
  { browser, run, lang }: Stage,
  { venue = VENUE, in: other = browser, ...options }: DoorPageOptions & { venue?: string | null; in?: Browser } = {},
): Promise<DoorPage> {
  const query = `${venue === null ? '' : `venue=${venue}&`}lang=${lang}`;
  return await DoorPage.open(other, run.gateway.url, { query, before: STAYS, ...options });
}

/** Opens a page, has its one state looked at, and closes it. */
export async function lookOnce(
  stage: Stage,
  state: string,
  options: Parameters<typeof openDoor>[1],
  arrive: (door: DoorPage) => Promise<void> = async () => {},
): Promise<void> {
  const door = await openDoor(stage, options);
  await arrive(door);
  await stage.look(door, state);
  await door.context.close();
}
