import type { LocalisedText } from '../code-lists/index.ts';

export interface Explained extends LocalisedText {
  readonly next: LocalisedText;
}

/** What the scanner itself has to say instead of an answer, by closed code, with what to do next. */
export const SCAN_PROBLEM_TEXTS = {
  gateway_unreachable: {
    zh: '网络不通，无法查验此码',
    en: 'No network: this code cannot be checked',
    next: {
      zh: '不得据此拒绝；可查验通行凭证（电子或纸质），或转人工核实',
      en: 'Do not turn the person away; a pass, on a phone or on paper, can be checked, or have staff look into it',
    },
  },
  reply_unreadable: {
    zh: '网关的答复无法识读',
    en: "The gateway's reply could not be read",
    next: {
      zh: '不得据此拒绝；请重新加载页面，仍如此时转人工核实',
      en: 'Do not turn the person away; load the page again, and if that does not help, have staff look into it',
    },
  },
  access_missing: {
    zh: '本页面未登录场所',
    en: 'This page is not signed in for a venue',
    next: {
      zh: '不得据此拒绝；请登录场所后再查验',
      en: 'Do not turn the person away; sign in for the venue, then check the code',
    },
  },
  bundle_missing: {
    zh: '没有信任包，无法离线核验通行凭证',
    en: 'There is no trust bundle here, so no pass can be verified without a network',
    next: {
      zh: '不得据此拒绝；请联网后重试，或转人工核实',
      en: 'Do not turn the person away; try again with a network, or have staff look into it',
    },
  },
  bundle_lapsed: {
    zh: '信任包已到期，无法离线核验通行凭证',
    en: 'The trust bundle has lapsed, so no pass can be verified without a network',
    next: {
      zh: '不得据此拒绝；请联网后重试，或转人工核实',
      en: 'Do not turn the person away; try again with a network, or have staff look into it',
    },
  },
  clock_behind: {
    zh: '本机时钟慢于此前已签名的时间，无法判断凭证是否过期',
    en: 'This clock is behind a time that was signed before, so nobody can tell whether a pass has ended',
    next: {
      zh: '不得据此拒绝；请校准本机时钟，或转人工核实',
      en: 'Do not turn the person away; set this clock right, or have staff look into it',
    },
  },
  pass_elsewhere: {
    zh: '此通行凭证用于其他目的地',
    en: 'This pass is for another destination',
    next: {
      zh: '不得凭此凭证放行，也不得据此拒绝；请扫描持证人的健康码，或转人工核实',
      en: "Neither let in nor turn away by this pass; scan the holder's code instead, or have staff look into it",
    },
  },
  no_code_in_picture: {
    zh: '图片中没有二维码',
    en: 'There is no code in this picture',
    next: {
      zh: '请重新扫描，或改用更清晰、更近的图片',
      en: 'Scan again, or use a picture that is sharper and closer',
    },
  },
  picture_unreadable: {
    zh: '该文件不是可识读的图片',
    en: 'This file is no picture that can be read',
    next: { zh: '请重新扫描，或改用 PNG 或 JPEG 图片', en: 'Scan again, or use a PNG or JPEG picture' },
  },
} as const satisfies Record<string, Explained>;
export type ScanProblemCode = keyof typeof SCAN_PROBLEM_TEXTS;
