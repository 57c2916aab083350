import { readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import type { Request, RequestHandler, Response, Router } from 'express';
import { keysOf } from '../../schemas/code-lists/index.ts';
import { MISSING_TEXTS } from '../../schemas/texts/missing.ts';
import { PAGE_TEXTS, type PagePath } from '../../schemas/texts/shell.ts';
import { ProblemError } from '../problem-error.ts';
import type { BuiltPages } from './built-pages.ts';
import { type Page, pageDocument } from './page-document.ts';
import { type Extra, languageOf, protect } from './page-headers.ts';
import { resource } from './route.ts';

const TYPES = new Map([
  ['.js', 'text/javascript'],
  ['.css', 'text/css'],
  ['.wasm', 'application/wasm'],
  ['.svg', 'image/svg+xml'],
]);
const WEB = '/web';
const ICON = join(import.meta.dirname, '../web/icon.svg');
const ICON_MAX_AGE_S = 300;
const SCAN_MANIFEST = `${WEB}/scan.webmanifest`;
/** A file whose name changes with its content is asked for once. */
const FOR_EVER = 'public, max-age=31536000, immutable';
/** What a page's policy allows beside. */
const EXTRAS: Partial<Record<PagePath, Extra>> = { '/scan': 'wasm', '/pass': 'wasm' };

/** Pages that were built from `gateway/web`, and what they load. `built` null: nobody built them, and they say so. */
export function mountPages(router: Router, built: BuiltPages | null): void {
  for (const path of keysOf(PAGE_TEXTS)) resource(router, path, { GET: builtPage(built, path) });
  const icon = readFileSync(ICON);
  resource(router, `${WEB}/icon.svg`, {
    GET: (_request, response) => {
      protect(response).set('cache-control', `public, max-age=${ICON_MAX_AGE_S}`).type('image/svg+xml').send(icon);
    },
  });
  if (built !== null) mountInstallable(router, built);
  for (const [name, { bytes, packed }] of built?.assets ?? []) {
    const type = TYPES.get(extname(name)) ?? 'application/octet-stream';
    resource(router, `${WEB}/assets/${name}`, {
      GET: (request, response) => {
        const takesPacked = packed !== null && request.acceptsEncodings('gzip') === 'gzip';
        if (takesPacked) response.set('content-encoding', 'gzip');
        // A worker that reads codes is one of these files, and lives by the policy that came with it.
        protect(response, 'wasm').vary('accept-encoding').set('cache-control', FOR_EVER).type(type);
        response.send(takesPacked ? packed : bytes);
      },
    });
  }
}

/**
 * A browser that asks for what is not here is told so by a page with the way to the others. Whoever else asks, and whoever
 * does not say what it takes, gets problem details from whoever comes next. `onMissing`: for whoever counts.
 */
export function missingPage(built: BuiltPages | null, onMissing: () => void): RequestHandler {
  return (request, response, next) => {
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    if (!isRead || request.accepts(['json', 'html']) !== 'html' || built?.pages.has('missing') !== true) {
      next();
      return;
    }
    onMissing();
    const language = languageOf(request);
    const title = MISSING_TEXTS.title[language];
    sendDocument(response.status(404), { language, title, ...filesOf(built, 'missing') });
  };
}

/**
 * What makes the scanner a thing that is installed and starts without a network. The worker's script asks for more room
 * than its own folder, and is asked for anew each time: it is how a browser learns of a new version.
 */
function mountInstallable(router: Router, { serviceWorker }: BuiltPages): void {
  resource(router, `${WEB}/service-worker.js`, {
    GET: (_request, response) => {
      protect(response).set({ 'cache-control': 'no-cache', 'service-worker-allowed': '/scan' });
      response.type('text/javascript').send(serviceWorker);
    },
  });
  resource(router, SCAN_MANIFEST, {
    GET: (request, response) => {
      const language = languageOf(request);
      const { name, title } = PAGE_TEXTS['/scan'];
      protect(response).set('cache-control', 'no-cache').type('application/manifest+json');
      response.send(
        JSON.stringify({
          id: '/scan',
          name: title[language],
          short_name: name[language],
          lang: language,
          start_url: `/scan?lang=${language}`,
          scope: '/scan',
          display: 'standalone',
          background_color: '#ffffff',
          theme_color: '#0a5c34',
          icons: [{ src: `${WEB}/icon.svg`, sizes: 'any', type: 'image/svg+xml', purpose: 'any' }],
        }),
      );
    },
  });
}

/** Answers with the document of one page in the language that the request asks for. */
function builtPage(built: BuiltPages | null, path: PagePath) {
  return (request: Request, response: Response): void => {
    const language = languageOf(request);
    const { title, plain } = PAGE_TEXTS[path];
    sendDocument(
      response,
      {
        language,
        title: title[language],
        plain,
        ...filesOf(built, path === '/' ? 'home' : path.slice(1)),
        ...(path === '/scan' ? { manifest: `${SCAN_MANIFEST}?lang=${language}` } : {}),
      },
      EXTRAS[path],
    );
  };
}

function filesOf(built: BuiltPages | null, folder: string): Pick<Page, 'script' | 'styles'> {
  const page = built?.pages.get(folder);
  if (page === undefined) throw new ProblemError('unavailable', 'the pages are not built: npm run build:web');
  return { script: `${WEB}/${page.script}`, styles: page.styles.map((style) => `${WEB}/${style}`) };
}

/** A document names files, so it is not kept. */
function sendDocument(response: Response, page: Page, extra?: Extra): void {
  protect(response, extra)
    .set({ 'cache-control': 'no-cache', 'content-language': page.language })
    .vary('accept-language')
    .type('text/html')
    .send(pageDocument(page));
}
