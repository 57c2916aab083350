import { SHELL_TEXTS } from '../../schemas/texts/shell.ts';
import type { Language } from './page-headers.ts';

const TAGS = { zh: 'zh-CN', en: 'en' } as const;
const ESCAPES = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
]);

/** One document, and what it names. */
export interface Page {
  readonly language: Language;
  readonly title: string;
  readonly script: string;
  readonly styles: readonly string[];
  /** Where the same is for whoever runs no script. */
  readonly plain?: string | null;
  /** Where what makes the page installable stands. */
  readonly manifest?: string;
}

/** The HTML document of a built page: its script draws everything, so there is nothing here but where that is. */
export function pageDocument({ language, title, script, styles, plain = null, manifest }: Page): string {
  const links = [
    ...(manifest === undefined ? [] : [`<link rel="manifest" href="${escaped(manifest)}">`]),
    ...styles.map((style) => `<link rel="stylesheet" href="${escaped(style)}">`),
  ];
  return `<!doctype html>
<html lang="${TAGS[language]}">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
    <title>${escaped(title)}</title>
    <link rel="icon" href="/web/icon.svg">
    ${links.join('\n    ')}
    <script type="module" src="${escaped(script)}"></script>
  </head>
  <body>
    <div id="page"></div>
    <noscript><p>${escaped(SHELL_TEXTS.script_needed[language])}${elsewhere(plain, language)}</p></noscript>
  </body>
</html>
`;
}

function elsewhere(plain: string | null, language: Language): string {
  if (plain === null) return '';
  return ` ${escaped(SHELL_TEXTS.plain[language])}<a href="${escaped(plain)}">${escaped(plain)}</a>`;
}

function escaped(text: string): string {
  return text.replaceAll(/[&<>"]/g, (sign) => ESCAPES.get(sign) ?? sign);
}
