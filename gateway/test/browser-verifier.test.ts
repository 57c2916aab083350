import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { stripTypeScriptTypes } from 'node:module';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { startChromium } from './chromium.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const VECTORS = join(ROOT, 'schemas/vectors/token-forms');
const LIBRARIES = {
  '@noble/hashes/crypto': '/node_modules/@noble/hashes/esm/crypto.js',
  '@noble/hashes/sha2.js': '/node_modules/@noble/hashes/esm/sha2.js',
  jose: '/node_modules/jose/dist/webapi/index.js',
  zod: '/node_modules/zod/index.js',
};
const PAGE = `<!doctype html><script type="importmap">${JSON.stringify({ imports: LIBRARIES })}</script>`;
/** As text: the test's own compiler would rewrite the import. */
const VERIFY = `async (vectors) => {
  const { verifyCompact } = await import('/gateway/trust/strict-jws.ts');
  const outcome = ({ typ, jwk, token }) =>
    verifyCompact(token, jwk, { maxBytes: 4096, typ, merkle: true }).then(() => 'valid', ({ code }) => code);
  const outcomes = [];
  for (const vector of vectors) outcomes.push(await outcome(vector));
  return { outcomes, isNode: globalThis.process !== undefined };
}`;
const vectorSchema = z.looseObject({ expected: z.string() });

let server: Server;
let browser: Browser;

beforeAll(async () => {
  server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    if (pathname === '/') {
      response.setHeader('content-type', 'text/html').end(PAGE);
      return;
    }
    const isOurs = /^\/(gateway|schemas|node_modules)\/[\w@./-]+\.(ts|js)$/.test(pathname) && !pathname.includes('..');
    if (!isOurs) {
      response.writeHead(404).end();
      return;
    }
    const source = readFileSync(join(ROOT, pathname), 'utf8');
    response.setHeader('content-type', 'text/javascript');
    response.end(pathname.endsWith('.ts') ? stripTypeScriptTypes(source) : source);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  browser = await startChromium();
});
afterAll(async () => {
  await browser.close();
  server.closeAllConnections();
  server.close();
});

test('a browser reads a token in one form or the other as something else than node does', async () => {
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const vectors = readdirSync(VECTORS).map((name) =>
    vectorSchema.parse(JSON.parse(readFileSync(join(VECTORS, name), 'utf8'))),
  );
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${address.port}/`);
  const seen = await page.evaluate(`(${VERIFY})(${JSON.stringify(vectors)})`);
  expect(seen).toEqual({ outcomes: vectors.map(({ expected }) => expected), isNode: false });
});
