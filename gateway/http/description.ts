import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Router } from 'express';
import { type Language, languageOf, protect } from './page-headers.ts';
import { resource } from './route.ts';

const GENERATED = join(import.meta.dirname, '../../schemas/generated');
const WEB = join(import.meta.dirname, '../web');
const MAX_AGE_S = 300;

const SCRIPTS = [
  'docs.js',
  'docs-schema.js',
  'docs-text.js',
  'registry.js',
  'registry-adapter.js',
  'registry-key.js',
  'registry-lists.js',
  'registry-log.js',
  'registry-operator.js',
  'registry-suspension.js',
  'registry-text.js',
] as const;
const ASSETS = [
  { file: 'style.css', type: 'text/css', folder: WEB },
  { file: 'registry.css', type: 'text/css', folder: WEB },
  { file: 'icon.svg', type: 'image/svg+xml', folder: WEB },
  { file: 'code-lists.json', type: 'application/json', folder: GENERATED },
  ...SCRIPTS.map((file) => ({ file, type: 'text/javascript', folder: WEB })),
];

/** GET /openapi.json and its page /docs, the front page /, the registry's page, and what they load. Read once, here. */
export function mountDescription(router: Router): void {
  const openapi = readFileSync(join(GENERATED, 'openapi.json'));
  resource(router, '/openapi.json', {
    GET: (_request, response) => {
      response.set('cache-control', `public, max-age=${MAX_AGE_S}`).type('application/json').send(openapi);
    },
  });
  mountPage(router, '/', 'index');
  mountPage(router, '/docs', 'docs');
  mountPage(router, '/registry', 'registry');
  for (const { file, type, folder } of ASSETS) {
    const bytes = readFileSync(join(folder, file));
    resource(router, `/web/${file}`, {
      GET: (_request, response) => {
        protect(response).set('cache-control', `public, max-age=${MAX_AGE_S}`).type(type).send(bytes);
      },
    });
  }
}

/** One page in both languages: `?lang=zh|en` decides, and without it the browser's Accept-Language. */
function mountPage(router: Router, path: string, name: string): void {
  const pages = { zh: readPage(name, 'zh'), en: readPage(name, 'en') };
  resource(router, path, {
    GET: (request, response) => {
      const language = languageOf(request);
      protect(response)
        .set({ 'cache-control': `public, max-age=${MAX_AGE_S}`, 'content-language': language })
        .vary('accept-language')
        .type('text/html')
        .send(pages[language]);
    },
  });
}

function readPage(name: string, language: Language): Buffer {
  return readFileSync(join(WEB, `${name}.${language}.html`));
}
