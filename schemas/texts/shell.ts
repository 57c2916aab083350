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
} as const satisfies Record<string, LocalisedText>;

/** The languages that pages are in, by their own names. */
export const LANGUAGE_NAMES = { zh: '中文', en: 'English' } as const;

/** The pages that the navigation leads to, in order: their names there, and their titles. */
export const PAGE_TEXTS = {
  '/': {
    name: { zh: '首页', en: 'Home' },
    title: { zh: '互认：跨省健康码互认网关', en: 'Huren: mutual recognition of health codes' },
  },
  '/scan': {
    name: { zh: '扫码查验', en: 'Scan' },
    title: { zh: '扫码查验 · 互认', en: 'Scan · Huren' },
  },
  '/pass': {
    name: { zh: '通行凭证', en: 'Pass' },
    title: { zh: '通行凭证 · 互认', en: 'A pass to carry · Huren' },
  },
  '/coverage': {
    name: { zh: '互认总览', en: 'Coverage' },
    title: { zh: '互认总览 · 互认', en: 'Coverage · Huren' },
  },
  '/registry': {
    name: { zh: '注册表', en: 'Registry' },
    title: { zh: '注册表 · 互认', en: 'Registry · Huren' },
  },
  '/docs': {
    name: { zh: '接口', en: 'API' },
    title: { zh: '接口说明 · 互认', en: 'API · Huren' },
  },
} as const satisfies Record<string, { readonly name: LocalisedText; readonly title: LocalisedText }>;
export type PagePath = keyof typeof PAGE_TEXTS;
