import type { LocalisedText } from '../../../schemas/code-lists/index.ts';
import { PROVINCES } from '../../../schemas/code-lists/index.ts';
import { type Nation, processesOf, someOf } from './nation.ts';
import { freshGreen, greenIn, venueSettings } from './venue.ts';

const NATIONAL: LocalisedText = { zh: '国家平台', en: 'national platform' };
const VENUES: LocalisedText = { zh: '场所', en: 'venues' };

/** One process on the map: whose, where, and which directory is its own. */
export interface MapRow {
  readonly party: LocalisedText;
  readonly part: string;
  readonly pid: number | null;
  readonly url: string;
  readonly dir: string;
}

/** Who runs where. */
export function mapOf(nation: Nation): MapRow[] {
  return processesOf(nation).map(({ seat, pid }) => {
    const [owner = '', part = ''] = seat.name.split('/');
    const province = [...nation.provinces.keys(), nation.abroad.plan.code].find((code) => code === owner);
    const party = province !== undefined ? PROVINCES[province] : owner === 'national' ? NATIONAL : VENUES;
    return { party, part, pid, url: seat.url, dir: seat.dir };
  });
}

/** What a person pastes to scan a traveller's code at a venue: the settings, and the code. */
export interface ReadyScan {
  readonly about: LocalisedText;
  readonly settings: Readonly<Record<string, string>>;
  readonly code: string;
}

/** A scan in each direction between two provinces. */
export async function readyScans(nation: Nation): Promise<ReadyScan[]> {
  const [first, second] = someOf(nation);
  const between = [
    [first, second],
    [second, first],
  ] as const;
  return await Promise.all(
    between.map(async ([issuer, destination]) => {
      const [from, at] = [PROVINCES[issuer.plan.code], destination.plan.venue.name];
      return {
        about: { zh: `${from.zh}绿码，在${at.zh}`, en: `a green of ${from.en}, at ${at.en}` },
        settings: venueSettings(nation, destination),
        code: await freshGreen(issuer),
      };
    }),
  );
}

/** The same of a certificate that a traveller has brought from abroad, once those are answered. Throws NationError. */
export async function certificateScan(nation: Nation): Promise<ReadyScan> {
  const { ready } = await nation.abroad.ready;
  const [destination] = someOf(nation);
  const { zh, en } = destination.plan.venue.name;
  return {
    about: { zh: `境外健康证书，在${zh}`, en: `a certificate from abroad, at ${en}` },
    settings: venueSettings(nation, destination),
    code: (await greenIn(ready.control)).code,
  };
}
