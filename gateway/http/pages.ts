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
/** A file whose name changes with its content is asked for once. */
const FOR_EVER = 'public, max-age=31536000, immutable';

/** Pages that were built from `gateway/web`, and what they load. `built` null: nobody built them, and they say so. */
export function mountPages(router: Router, built: BuiltPages | null): void {
  resource(router, '/scan', { GET: builtPage(built, 'scan', '/scan', 'wasm') });
  for (const [name, bytes] of built?.assets ?? []) {
    const type = TYPES.get(extname(name)) ?? 'application/octet-stream';
    resource(router, `/web/assets/${name}`, {
      GET: (_request, response) => {
        // A worker that reads codes is one of these files, and lives by the policy that came with it.
        protect(response, 'wasm').set('cache-control', FOR_EVER).type(type).send(bytes);
      },
    });
  }
}

/** Answers with the document of one page in the language that the request asks for. It names files, so it is not kept. */
function builtPage(built: BuiltPages | null, name: string, path: PagePath, extra?: Extra) {
  return (request: Request, response: Response): void => {
    const page = built?.pages.get(name);
    if (page === undefined) throw new ProblemError('unavailable', 'the pages are not built: npm run build');
    const language = languageOf(request);
    const document = pageDocument({
      language,
      title: PAGE_TEXTS[path].title[language],
      script: `/web/${page.script}`,
      styles: page.styles.map((style) => `/web/${style}`),
    });
    protect(response, extra)
      .set({ 'cache-control': 'no-cache', 'content-language': language })
      .vary('accept-language')
      .type('text/html')
      .send(document);
  };
}
