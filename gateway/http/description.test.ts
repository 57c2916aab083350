import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import express from 'express';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { OPERATIONS } from '../../schemas/openapi.ts';
import { readBuiltPages } from './built-pages.ts';
import { mountDescription } from './description.ts';
import { mountPages } from './pages.ts';

const PAGES = ['/', '/docs', '/registry'];

let server: Server;
let origin = '';

beforeAll(async () => {
  const app = express();
  mountDescription(app);
  mountPages(app, readBuiltPages());
  server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  origin = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
});

function get(path: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${origin}${path}`, { headers });
}

test('/openapi.json is not another document than the generated one', async () => {
  const reply = await get('/openapi.json');
  expect(reply.status).toBe(200);
  expect(reply.headers.get('content-type')).toContain('application/json');
  const checkedIn = readFileSync(join(import.meta.dirname, '../../schemas/generated/openapi.json'), 'utf8');
  expect(await reply.text()).toBe(checkedIn);
});

describe('pages', () => {
  test.each(PAGES)('%s does not allow anything from elsewhere or inline', async (path) => {
    const reply = await get(path);
    expect(reply.status).toBe(200);
    const policy = reply.headers.get('content-security-policy') ?? '';
    expect(policy.split('; ')).toEqual(
      expect.arrayContaining(["default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'"]),
    );
    expect(policy).not.toMatch(/unsafe|\*|https?:/);
    const html = await reply.text();
    expect(html).not.toMatch(/https?:\/\/|\sstyle=|\son[a-z]+=|<style|<script>/);
  });

  test.each([
    ['no preference', {}, '', 'en'],
    ['a Chinese browser', { 'accept-language': 'zh-CN,zh;q=0.9,en;q=0.5' }, '', 'zh'],
    ['a Taiwan browser', { 'accept-language': 'zh-TW' }, '', 'zh'],
    ['an English browser', { 'accept-language': 'en-GB,en;q=0.9,zh;q=0.1' }, '', 'en'],
    ['a browser of a language we lack', { 'accept-language': 'fr' }, '', 'en'],
    ['?lang=zh in an English browser', { 'accept-language': 'en' }, '?lang=zh', 'zh'],
    ['?lang=en in a Chinese browser', { 'accept-language': 'zh' }, '?lang=en', 'en'],
    ['?lang with nonsense', { 'accept-language': 'zh' }, '?lang=../x', 'zh'],
  ])('%s does not get the wrong language', async (_who, headers, query, language) => {
    for (const path of PAGES) {
      const reply = await get(`${path}${query}`, headers);
      expect(reply.headers.get('content-language')).toBe(language);
      expect(reply.headers.get('vary')?.toLowerCase()).toContain('accept-language');
      expect(await reply.text()).toContain(`<html lang="${language === 'zh' ? 'zh-CN' : 'en'}">`);
    }
  });

  test.each(PAGES.flatMap((path) => [`${path}?lang=zh`, `${path}?lang=en`]))('%s has no dead link', async (path) => {
    const html = await (await get(path)).text();
    const targets = [...html.matchAll(/(?:href|src)="([^"]+)"/g)].map(([, target = '']) => target);
    expect(targets.length).toBeGreaterThan(3);
    const served = new Set(OPERATIONS.map((operation) => operation.path));
    for (const target of targets) {
      if (target.startsWith('#')) expect(html).toContain(`id="${target.slice(1)}"`);
      else if (!served.has(target) || PAGES.includes(target)) expect((await get(target)).status, target).toBe(200);
    }
  });

  test('the front page does not leave out that the sandbox is simulated', async () => {
    expect(await (await get('/?lang=en')).text()).toContain('every province is simulated');
    expect(await (await get('/?lang=zh')).text()).toContain('所有省份均为模拟');
  });

  test('the two languages do not link to different places', async () => {
    for (const path of PAGES) {
      const [zh, en] = await Promise.all(
        ['zh', 'en'].map(async (lang) => linksOf(await (await get(`${path}?lang=${lang}`)).text())),
      );
      expect(zh).toEqual(en);
    }
  });

  test('no script is loaded that is not served', async () => {
    for (const name of readdirSync(join(import.meta.dirname, '../web')).filter((file) => /\.js$/.test(file))) {
      const reply = await get(`/web/${name}`);
      expect(reply.status, name).toBe(200);
      expect(reply.headers.get('content-type')).toContain('text/javascript');
      const imports = [...(await reply.text()).matchAll(/from '\.\/([^']+)'/g)].map(([, file = '']) => file);
      for (const file of imports) expect((await get(`/web/${file}`)).status, file).toBe(200);
    }
  });
});

describe('the description', () => {
  test('does not leave out a path that is mounted, nor name one that is not', () => {
    const sources = [
      '../compose/app.ts',
      '../sandbox/http.ts',
      '../sandbox/http-keys.ts',
      ...readdirSync(import.meta.dirname).filter((name) => !name.includes('.test.')),
    ];
    const texts = sources.map((name) => readFileSync(join(import.meta.dirname, name), 'utf8'));
    // People log in to some pages, all of them by the same routes below the page's own.
    const pages = texts.flatMap((source) => [...source.matchAll(/\bpage: '(\/[^']+)'/g)].map(([, page = '']) => page));
    const signIn = texts.flatMap((source) =>
      [...source.matchAll(/`\$\{page\}(\/\w+)`, \{/g)].flatMap(([, path]) => pages.map((page) => `${page}${path}`)),
    );
    const mounted = texts.flatMap((source) => {
      // What every hosted entity has below its own path is described once, for the gateway's.
      return [...source.matchAll(/(?:(?:resource|mountPage)\(\s*\w+,|hot\.post\()\s*(?:'|`\$\{path\})(\/[^'`]*)/g)].map(
        ([, path = '']) =>
          // Express writes :name and *name where OpenAPI writes {name}.
          path.replaceAll(/[:*](\w+)/g, '{$1}'),
      );
    });
    expect([...new Set(OPERATIONS.map(({ path }) => path))].sort()).toEqual(
      [...new Set([...mounted, ...signIn])].sort(),
    );
  });
});

function linksOf(html: string): string[] {
  return [...html.matchAll(/href="([^"]+)"/g)].map(([, target = '']) => target.replace(/lang=\w\w/, 'lang=')).sort();
}
