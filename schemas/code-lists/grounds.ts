/**
 * Grounds on which a person may be given a yellow or red code.
 *
 * `red`: the seven national grounds of the Interim Measures of January 2021 (State Council joint prevention and
 * control mechanism). `yellow`: no national text with yellow grounds could be verified; these three are a working
 * list, marked `verified: false`, so that a province has something narrower than "other" to cite.
 */
export const GROUNDS = {
  confirmed_case: { colour: 'red', verified: true, zh: '确诊病例', en: 'Confirmed case' },
  suspected_case: { colour: 'red', verified: true, zh: '疑似病例', en: 'Suspected case' },
  asymptomatic_infection: { colour: 'red', verified: true, zh: '无症状感染者', en: 'Asymptomatic infection' },
  close_contact_isolating: {
    colour: 'red',
    verified: true,
    zh: '正在集中隔离或居家隔离的密切接触者',
    en: 'Close contact in central or home isolation',
  },
  fever_unknown_cause: { colour: 'red', verified: true, zh: '不明原因发热', en: 'Fever of unknown cause' },
  high_risk_area_stay: {
    colour: 'red',
    verified: true,
    zh: '有高风险地区旅居史且隔离未满14天',
    en: 'Stay in a high-risk area, isolation under 14 days',
  },
  entrant_isolating: {
    colour: 'red',
    verified: true,
    zh: '正在集中隔离或居家隔离的入境人员',
    en: 'Entrant from abroad in central or home isolation',
  },
  medium_risk_area_stay: {
    colour: 'yellow',
    verified: false,
    zh: '有中风险地区旅居史',
    en: 'Stay in a medium-risk area',
  },
  secondary_contact: {
    colour: 'yellow',
    verified: false,
    zh: '密切接触者的密切接触者',
    en: 'Contact of a close contact',
  },
  health_monitoring: {
    colour: 'yellow',
    verified: false,
    zh: '解除隔离后健康监测期',
    en: 'Health monitoring after release from isolation',
  },
} as const;
