/**
 * Kinds of venue. `special` marks the places where, under the December 2020 notice, a code may be checked even in a
 * low-risk area; at every other kind a low-risk area means no check at all. Which places count as special is not
 * enumerated in the notice as we have it: this split is a working reading, and a mandate names its kinds one by one.
 */
export const VENUE_KINDS = {
  hospital: { special: true, zh: '医疗机构', en: 'Hospital' },
  care_home: { special: true, zh: '养老机构', en: 'Care home' },
  prison: { special: true, zh: '监管场所', en: 'Prison' },
  school: { special: true, zh: '学校', en: 'School' },
  railway_station: { special: true, zh: '火车站', en: 'Railway station' },
  airport: { special: true, zh: '机场', en: 'Airport' },
  coach_station: { special: true, zh: '长途客运站', en: 'Coach station' },
  port_of_entry: { special: true, zh: '口岸', en: 'Port of entry' },
  hotel: { special: false, zh: '酒店', en: 'Hotel' },
  market: { special: false, zh: '市场', en: 'Market' },
  supermarket: { special: false, zh: '超市', en: 'Supermarket' },
  restaurant: { special: false, zh: '餐馆', en: 'Restaurant' },
  office: { special: false, zh: '写字楼', en: 'Office' },
  residential_compound: { special: false, zh: '居民小区', en: 'Residential compound' },
  park: { special: false, zh: '公园', en: 'Park' },
  government_hall: { special: false, zh: '政务大厅', en: 'Government service hall' },
} as const;
