import type { LocalisedText } from '../code-lists/index.ts';

export const MISSING_TEXTS = {
  title: { zh: '没有此页面', en: 'There is no such page' },
  next: {
    zh: '请核对地址，或从上方的页面中选择。',
    en: 'Check the address, or choose one of the pages above.',
  },
} as const satisfies Record<string, LocalisedText>;
