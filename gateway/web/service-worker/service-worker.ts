/** Written in by the build: every file of the scanner's page, by names that change with their content, and their digest. */
declare const SCAN_FILES: readonly string[];
declare const SCAN_VERSION: string;
declare const self: ServiceWorkerGlobalScope;

const LANGUAGES = ['zh', 'en'] as const;
const PREFIX = 'huren-scan-code-';
const CACHE = `${PREFIX}${SCAN_VERSION}`;
const DOCUMENT_WITHIN_MS = 4_000;

const documentOf = (language: string) => `/scan?lang=${language}`;
const DOCUMENTS = LANGUAGES.map(documentOf);

self.addEventListener('install', (event) => {
  event.waitUntil(fillCache().then(() => self.skipWaiting()));
});
self.addEventListener('activate', (event) => {
  event.waitUntil(dropOthers().then(() => self.clients.claim()));
});
self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== self.location.origin) return;
  if (request.mode === 'navigate' && url.pathname === '/scan') event.respondWith(newestDocument(request, url));
  else if (SCAN_FILES.includes(url.pathname)) event.respondWith(keptFile(request, url.pathname));
});

/**
 * All files of one version or none: documents that name other files are those of a node that was updated in between, and
 * the browser tries again.
 */
async function fillCache(): Promise<void> {
  const cache = await caches.open(CACHE);
  await cache.addAll([...SCAN_FILES, ...DOCUMENTS].map((path) => new Request(path, { cache: 'reload' })));
  for (const path of DOCUMENTS) {
    const text = (await (await cache.match(path))?.text()) ?? '';
    const named = [...text.matchAll(/"(\/web\/assets\/[^"]+)"/g)].map(([, name = '']) => name);
    if (named.length > 0 && named.every((name) => SCAN_FILES.includes(name))) continue;
    await caches.delete(CACHE);
    throw new Error('the documents are of another version');
  }
}

/** Code of another version is never run again. What the page itself keeps has another name. */
async function dropOthers(): Promise<void> {
  const names = await caches.keys();
  await Promise.all(
    names.filter((name) => name.startsWith(PREFIX) && name !== CACHE).map((name) => caches.delete(name)),
  );
}

/** From the network while there is one, so that nobody works with yesterday's page; else the one that was kept. */
async function newestDocument(request: Request, url: URL): Promise<Response> {
  const asked = LANGUAGES.find((language) => language === url.searchParams.get('lang'));
  const language = asked ?? (self.navigator.language.startsWith('zh') ? 'zh' : 'en');
  const kept = () => caches.match(documentOf(language), { cacheName: CACHE, ignoreVary: true });
  try {
    const reply = await fetch(request, { signal: AbortSignal.timeout(DOCUMENT_WITHIN_MS) });
    return reply.status < 500 ? reply : ((await kept()) ?? reply);
  } catch (error) {
    const found = await kept();
    if (found === undefined) throw error;
    return found;
  }
}

async function keptFile(request: Request, path: string): Promise<Response> {
  return (await caches.match(path, { cacheName: CACHE, ignoreVary: true })) ?? (await fetch(request));
}
