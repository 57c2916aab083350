import { loadProvinces, type ProvinceFolder } from '../../../adapters/provinces/index.ts';
import { VENUES, type VenueEntry } from '../../../adapters/sandbox/venues.ts';
import { ABROAD, PROVINCES, type ProvinceCode, VENUE_KINDS } from '../../../schemas/code-lists/index.ts';

/** Henan's system signs its statements and Shanghai's does not, so that two provinces show both. */
const FIRST: readonly ProvinceCode[] = ['410000', '310000', '440000', '420000', '330000'];
/** Neither the nation nor what is abroad has venues of its own. */
const NO_DESTINATIONS: readonly ProvinceCode[] = ['000000', ABROAD];

/** The shipped systems in the order in which a nation takes them: those whose rule needs signed approvals come last. */
export function provincesInOrder(): ProvinceFolder[] {
  const rank = ({ manifest: { province, authority } }: ProvinceFolder): number => {
    if (authority.approvals_signed) return FIRST.length + 1;
    const at = FIRST.indexOf(province);
    return at < 0 ? FIRST.length : at;
  };
  return loadProvinces()
    .filter(({ manifest }) => !NO_DESTINATIONS.includes(manifest.province))
    .sort((a, b) => rank(a) - rank(b));
}

/** The shipped system of one. */
export function folderOf(code: ProvinceCode): ProvinceFolder {
  const folder = loadProvinces().find(({ manifest }) => manifest.province === code);
  if (folder === undefined) throw new Error(`no system of ${code} is shipped`);
  return folder;
}

/** A venue where any traveller may be checked: one of the sandbox's, or a hospital made up for the occasion. */
export function venueOf(province: ProvinceCode): VenueEntry {
  const known = VENUES.find(({ destination, kind }) => destination === province && VENUE_KINDS[kind].special);
  if (known !== undefined) return known;
  const { zh, en } = PROVINCES[province];
  return {
    venue: `hospital-${province}`,
    kind: 'hospital',
    region: province,
    destination: province,
    name: { zh: `${zh}示例医院`, en: `${en} Example Hospital` },
    purposes: ['medical_visit', 'venue_entry'],
  };
}
