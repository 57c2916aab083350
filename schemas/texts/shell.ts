import type { LocalisedText } from '../code-lists/index.ts';

/** What every page says round its own content. */
export const SHELL_TEXTS = {
  brand: { zh: '互认 Huren', en: '互认 Huren' },
  skip: { zh: '跳到正文', en: 'Skip to the content' },
  pages: { zh: '页面', en: 'Pages' },
  language: { zh: '语言', en: 'Language' },
  script_needed: {
    zh: '此页面须在浏览器中启用 JavaScript。不使用本页面时，可用命令行 huren。',
    en: 'This page needs JavaScript. Without it, there is the huren command line.',
  },
  plain: { zh: '相同内容（JSON）：', en: 'The same as JSON: ' },
} as const satisfies Record<string, LocalisedText>;

/** The languages that pages are in, by their own names. */
export const LANGUAGE_NAMES = { zh: '中文', en: 'English' } as const;

interface PageTexts {
  readonly name: LocalisedText;
  readonly title: LocalisedText;
  /** What it is for, in a sentence. */
  readonly about: LocalisedText;
  /** Where the same is without a script, if anywhere. */
  readonly plain: string | null;
}

/** The pages that the navigation leads to, in order: their names there, their titles, what they are for. */
export const PAGE_TEXTS = {
  '/': {
    name: { zh: '首页', en: 'Home' },
    title: { zh: '互认：跨省健康码互认网关', en: 'Huren: mutual recognition of health codes' },
    about: { zh: '从这里开始。', en: 'Where to begin.' },
    plain: null,
  },
  '/scan': {
    name: { zh: '扫码查验', en: 'Scan' },
    title: { zh: '扫码查验 · 互认', en: 'Scan · Huren' },
    about: {
      zh: '供场所在门口查验：摄像头、图片、扫码枪均可，每个答复都由浏览器当场验证。',
      en: 'At the door: with a camera, a picture or a scanner that types. Each answer is verified in the browser.',
    },
    plain: null,
  },
  '/pass': {
    name: { zh: '通行凭证', en: 'Pass' },
    title: { zh: '通行凭证 · 互认', en: 'A pass to carry · Huren' },
    about: {
      zh: '旅客凭本人健康码换取可离线核验的凭证，存入手机或打印成纸质，效力相同。',
      en: 'A traveller turns a code of their own into a pass that verifies offline: on a phone or on paper, with equal force.',
    },
    plain: null,
  },
  '/coverage': {
    name: { zh: '互认总览', en: 'Coverage' },
    title: { zh: '互认总览 · 互认', en: 'Coverage · Huren' },
    about: {
      zh: '各省绿码在各目的地的承认情况、当前最需要关注的事项，以及各节点的上报情况。',
      en: 'Whose greens are recognised at which destination, what asks for attention first, and which nodes report.',
    },
    plain: '/v1/coverage',
  },
  '/registry': {
    name: { zh: '注册表', en: 'Registry' },
    title: { zh: '注册表 · 互认', en: 'Registry · Huren' },
    about: {
      zh: '各省由哪个系统作答、经谁批准，均可在浏览器中核对证明。运营者在此批准、拒绝、暂停和回退版本。',
      en: 'Which system answers for which province and who approved it, with proofs checked in the browser. Operators approve, reject, suspend and roll back here.',
    },
    plain: '/v1/registry/adapters',
  },
  '/docs': {
    name: { zh: '接口', en: 'API' },
    title: { zh: '接口说明 · 互认', en: 'API · Huren' },
    about: {
      zh: '快速上手指南，以及各项接口的请求、答复、问题代码和处理办法。',
      en: 'A quick start, and every operation with its request, its replies, its problems and what to do about them.',
    },
    plain: '/openapi.json',
  },
} as const satisfies Record<string, PageTexts>;
export type PagePath = keyof typeof PAGE_TEXTS;
