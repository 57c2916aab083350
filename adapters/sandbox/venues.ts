import type { LocalisedText, ProvinceCode, Purpose, VenueKind } from '../../schemas/code-lists/index.ts';

/** A venue as its authorization server knows it. */
export interface VenueEntry {
  readonly venue: string;
  readonly kind: VenueKind;
  readonly region: string;
  readonly destination: ProvinceCode;
  readonly name: LocalisedText;
  readonly purposes: readonly [Purpose, ...Purpose[]];
  /** Registered for tokens that are bound to a key (RFC 9449 section 5.2). */
  readonly isBound?: true;
}

/**
 * Invented venues. The first is the one that examples use; the supermarket and the restaurant are ordinary venues in
 * low-risk regions, where no mandate lets anybody be checked. The two markets stand in the counties for which the
 * gateway's sandbox has a mandate in force (440106) and one that has lapsed (460105).
 */
export const VENUES: readonly VenueEntry[] = [
  {
    venue: 'guangzhou-hospital',
    kind: 'hospital',
    region: '440100',
    destination: '440000',
    name: { zh: '广州示例医院', en: 'Guangzhou Example Hospital' },
    purposes: ['medical_visit', 'venue_entry'],
  },
  {
    venue: 'shenzhen-border-post',
    kind: 'port_of_entry',
    region: '440300',
    destination: '440000',
    name: { zh: '深圳示例口岸', en: 'Shenzhen Example Port' },
    purposes: ['border_crossing'],
  },
  {
    venue: 'shanghai-railway-station',
    kind: 'railway_station',
    region: '310000',
    destination: '310000',
    name: { zh: '上海示例火车站', en: 'Shanghai Example Railway Station' },
    purposes: ['transport_boarding', 'venue_entry'],
  },
  {
    venue: 'shanghai-school',
    kind: 'school',
    region: '310000',
    destination: '310000',
    name: { zh: '上海示例学校', en: 'Shanghai Example School' },
    purposes: ['institution_visit', 'venue_entry'],
  },
  {
    venue: 'wuhan-care-home',
    kind: 'care_home',
    region: '420100',
    destination: '420000',
    name: { zh: '武汉示例养老院', en: 'Wuhan Example Care Home' },
    purposes: ['institution_visit'],
  },
  {
    venue: 'haikou-airport',
    kind: 'airport',
    region: '460100',
    destination: '460000',
    name: { zh: '海口示例机场', en: 'Haikou Example Airport' },
    purposes: ['transport_boarding', 'venue_entry'],
  },
  {
    venue: 'beijing-restaurant',
    kind: 'restaurant',
    region: '110000',
    destination: '110000',
    name: { zh: '北京示例餐馆', en: 'Beijing Example Restaurant' },
    purposes: ['venue_entry'],
  },
  {
    venue: 'sanya-supermarket',
    kind: 'supermarket',
    region: '460200',
    destination: '460000',
    name: { zh: '三亚示例超市', en: 'Sanya Example Supermarket' },
    purposes: ['venue_entry'],
  },
  {
    venue: 'guangzhou-market',
    kind: 'market',
    region: '440106',
    destination: '440000',
    name: { zh: '广州示例市场（中风险县区）', en: 'Guangzhou Example Market (medium-risk county)' },
    purposes: ['venue_entry'],
  },
  {
    venue: 'haikou-market',
    kind: 'market',
    region: '460105',
    destination: '460000',
    name: { zh: '海口示例市场（授权已到期）', en: 'Haikou Example Market (its mandate has lapsed)' },
    purposes: ['venue_entry'],
  },
  {
    venue: 'guangzhou-coach-station',
    kind: 'coach_station',
    region: '440100',
    destination: '440000',
    name: {
      zh: '广州示例长途客运站（令牌绑定密钥）',
      en: 'Guangzhou Example Coach Station (its tokens are bound to a key)',
    },
    purposes: ['transport_boarding', 'venue_entry'],
    isBound: true,
  },
];

/** The provinces that have venues here, in the order of their codes. */
export function provincesWithVenues(): ProvinceCode[] {
  return [...new Set(VENUES.map(({ destination }) => destination))].sort();
}
