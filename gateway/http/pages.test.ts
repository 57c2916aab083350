import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import express from 'express';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { listenOnLoopback } from '../../adapters/sandbox/listen.ts';
import { keysOf } from '../../schemas/code-lists/index.ts';
import { PAGE_TEXTS } from '../../schemas/texts/shell.ts';
import { ProblemError } from '../problem-error.ts';
import { readBuiltPages } from './built-pages.ts';
import { missingPage, mountPages } from './pages.ts';

const PAGES = keysOf(PAGE_TEXTS);
const ATTRIBUTES = /(?:href|src)="([^"]+)"/g;

let server: Server;
let origin = '';
let refused: unknown;
let missed = 0;

beforeAll(async () => {
  const app = express();
  const built = readBuiltPages();
  mountPages(app, built);
  const unbuilt = express.Router();
  mountPages(unbuilt, readBuiltPages(join(tmpdir(), 'huren-nobody-built-this')));
  app.use('/unbuilt', unbuilt);
  app.use(
    missingPage(built, () => {
      missed += 1;
    }),
  );
  app.use(() => {
    throw new ProblemError('not_found');
  });
  app.use(((error, _request, response, _next) => {
    refused = error;
    response.status(503).end();
  }) satisfies express.ErrorRequestHandler);
  server = createServer(app);
  origin = await listenOnLoopback(server);
});
beforeEach(() => {
  refused = undefined;
  missed = 0;
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
});

describe.each(PAGES)('%s', (path) => {
  test.each(['zh', 'en'])('in %s allows something from elsewhere, or inline', async (language) => {
    const reply = await fetch(`${origin}${path}?lang=${language}`);
    expect(reply.status).toBe(200);
    const policy = reply.headers.get('content-security-policy') ?? '';
    expect(policy.split('; ')).toEqual([
      "default-src 'none'",
      `script-src 'self'${['/scan', '/pass'].includes(path) ? " 'wasm-unsafe-eval'" : ''}`,
      "style-src 'self'",
      "img-src 'self'",
      "connect-src 'self'",
      "manifest-src 'self'",
      "worker-src 'self'",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ]);
    expect(await reply.text()).not.toMatch(/https?:\/\/|\sstyle=|\son[a-z]+=|<style|<script>/);
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
  ])('gives %s the wrong language', async (_who, headers, query, language) => {
    const reply = await fetch(`${origin}${path}${query}`, { headers });
    expect(reply.headers.get('content-language')).toBe(language);
    expect(reply.headers.get('vary')?.toLowerCase()).toContain('accept-language');
    expect(await reply.text()).toContain(`<html lang="${language === 'zh' ? 'zh-CN' : 'en'}">`);
  });

  test('names a file that is not there', async () => {
    const html = await (await fetch(`${origin}${path}`)).text();
    const targets = [...html.matchAll(ATTRIBUTES)].map(([, target = '']) => target);
    expect(targets.length).toBeGreaterThan(2);
    for (const target of targets.filter((named) => named.startsWith('/web/'))) {
      expect((await fetch(`${origin}${target}`)).status, target).toBe(200);
    }
  });
});

describe('a path that is not here', () => {
  const NAVIGATION = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';

  test.each([
    ['zh', '没有此页面'],
    ['en', 'There is no such page'],
  ])('is a text for machines to a browser in %s', async (language, title) => {
    const headers = { accept: NAVIGATION, 'accept-language': language };
    const reply = await fetch(`${origin}/no-such-page`, { headers });
    expect([reply.status, reply.headers.get('content-type')]).toEqual([404, 'text/html; charset=utf-8']);
    expect(reply.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(await reply.text()).toContain(`<title>${title}</title>`);
    expect(missed).toBe(1);
  });

  test.each([
    ['who takes anything', 'GET', '*/*'],
    ['who takes JSON', 'GET', 'application/json'],
    ['who posts', 'POST', NAVIGATION],
  ])('is a page to somebody %s', async (_who, method, accept) => {
    await fetch(`${origin}/no-such-page`, { method, headers: { accept } });
    expect(refused).toMatchObject({ code: 'not_found' });
    expect(missed).toBe(0);
  });
});

test('a document that names files is kept, or a file whose name changes with its content is asked for again', async () => {
  const reply = await fetch(`${origin}/scan`);
  expect(reply.headers.get('cache-control')).toBe('no-cache');
  const named = [...(await reply.text()).matchAll(ATTRIBUTES)].map(([, target = '']) => target);
  const assets = named.filter((target) => target.startsWith('/web/assets/'));
  expect(new Set(assets.map((target) => target.replace(/.*\./, '')))).toEqual(new Set(['css', 'js']));
  for (const target of assets) {
    const asset = await fetch(`${origin}${target}`);
    expect([asset.status, asset.headers.get('cache-control')]).toEqual([200, 'public, max-age=31536000, immutable']);
  }
});

test('a file is sent packed to somebody who cannot unpack it, or comes out as another one', async () => {
  const named = [...(await (await fetch(`${origin}/scan`)).text()).matchAll(ATTRIBUTES)].map(
    ([, target = '']) => target,
  );
  const script = named.find((target) => target.endsWith('.js')) ?? '';
  const plain = await fetch(`${origin}${script}`, { headers: { 'accept-encoding': 'identity' } });
  const unpacked = await fetch(`${origin}${script}`, { headers: { 'accept-encoding': 'gzip' } });
  expect([plain.headers.get('content-encoding'), unpacked.headers.get('content-encoding')]).toEqual([null, 'gzip']);
  expect(plain.headers.get('vary')?.toLowerCase()).toContain('accept-encoding');
  expect(await unpacked.text()).toBe(await plain.text());
});

test('pages that nobody built are a fault without a word', async () => {
  expect((await fetch(`${origin}/unbuilt/scan`)).status).toBe(503);
  expect(refused).toBeInstanceOf(ProblemError);
  expect(refused).toMatchObject({ code: 'unavailable', detail: expect.stringContaining('npm run build:web') });
});
