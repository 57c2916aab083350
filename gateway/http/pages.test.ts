import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import express from 'express';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ProblemError } from '../problem-error.ts';
import { readBuiltPages } from './built-pages.ts';
import { mountPages } from './pages.ts';

const ATTRIBUTES = /(?:href|src)="([^"]+)"/g;

let server: Server;
let origin = '';
let refused: unknown;

beforeAll(async () => {
  const app = express();
  mountPages(app, readBuiltPages());
  const unbuilt = express.Router();
  mountPages(unbuilt, readBuiltPages(join(tmpdir(), 'huren-nobody-built-this')));
  app.use('/unbuilt', unbuilt);
  app.use(((error, _request, response, _next) => {
    refused = error;
    response.status(503).end();
  }) satisfies express.ErrorRequestHandler);
  server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  origin = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
});

test.each(['zh', 'en'])('the scanner in %s allows something from elsewhere, or inline', async (language) => {
  const reply = await fetch(`${origin}/scan?lang=${language}`);
  expect(reply.status).toBe(200);
  expect(reply.headers.get('content-language')).toBe(language);
  const policy = reply.headers.get('content-security-policy') ?? '';
  expect(policy.split('; ')).toEqual([
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval'",
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

test('a document that names files is kept, or a file whose name changes with its content is asked for again', async () => {
  const reply = await fetch(`${origin}/scan`);
  expect(reply.headers.get('cache-control')).toBe('no-cache');
  const named = [...(await reply.text()).matchAll(ATTRIBUTES)].map(([, target = '']) => target);
  const assets = named.filter((target) => target.startsWith('/web/assets/'));
  expect(assets.map((target) => target.replace(/.*\./, '')).sort()).toEqual(['css', 'js']);
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
