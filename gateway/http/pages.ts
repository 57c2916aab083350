import { extname } from 'node:path';
import type { Request, Response, Router } from 'express';
import { PAGE_TEXTS, type PagePath } from '../../schemas/texts/shell.ts';
import { ProblemError } from '../problem-error.ts';
import type { BuiltPages } from './built-pages.ts';
import { pageDocument } from './page-document.ts';
import { type Extra, languageOf, protect } from './page-headers.ts';
import { resource } from './route.ts';

const TYPES = new Map([
  ['.js', 'text/javascript'],
  ['.css', 'text/css'],
  ['.wasm', 'application/wasm'],
  ['.svg', 'image/svg+xml'],
]);
const WEB = '/web';
const SCAN_MANIFEST = `${WEB}/scan.webmanifest`;
/** A file whose name changes with its content is asked for once. */
const FOR_EVER = 'public, max-age=31536000, immutable';

/** Pages that were built from `gateway/web`, and what they load. `built` null: nobody built them, and they say so. */
export function mountPages(router: Router, built: BuiltPages | null): void {
  resource(router, '/scan', { GET: builtPage(built, 'scan', '/scan', 'wasm') });
  resource(router, '/pass', { GET: builtPage(built, 'pass', '/pass', 'wasm') });
  resource(router, '/coverage', { GET: builtPage(built, 'coverage', '/coverage') });
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

/** Answers with the document of one page in the language that the request asks for. It names files, so it is not kept. */
function builtPage(built: BuiltPages | null, name: string, path: PagePath, extra?: Extra) {
  return (request: Request, response: Response): void => {
    const page = built?.pages.get(name);
    if (page === undefined) throw new ProblemError('unavailable', 'the pages are not built: npm run build:web');
    const language = languageOf(request);
    const document = pageDocument({
      language,
      title: PAGE_TEXTS[path].title[language],
      script: `${WEB}/${page.script}`,
      styles: page.styles.map((style) => `${WEB}/${style}`),
      ...(path === '/scan' ? { manifest: `${SCAN_MANIFEST}?lang=${language}` } : {}),
    });
    protect(response, extra)
      .set({ 'cache-control': 'no-cache', 'content-language': language })
      .vary('accept-language')
      .type('text/html')
      .send(document);
  };
}
