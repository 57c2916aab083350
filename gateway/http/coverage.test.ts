import { once } from 'node:events';
import { createServer, request, type Server } from 'node:http';
import express from 'express';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { listenOnLoopback } from '../../adapters/sandbox/listen.ts';
import { CoverageBook } from '../coverage/coverage-book.ts';
import { createMetrics } from '../coverage/metrics.ts';
import { NodeReports } from '../coverage/node-reports.ts';
import { Signals } from '../coverage/signals.ts';
import { answerAt } from '../coverage/store.contract.ts';
import { openSqliteCoverage } from '../coverage/store-sqlite.ts';
import { compileState } from '../registry/compile-state.ts';
import { EMPTY_STATE } from '../registry/fold-state.ts';
import { StoreWatch } from '../stores/store-watch.ts';
import { mountCoverage } from './coverage.ts';
import type { CoverageListeners } from './coverage-listeners.ts';
import { errorHandler } from './errors.ts';

let server: Server;
let origin: string;
let book: CoverageBook;
let listeners: CoverageListeners;

beforeEach(async () => {
  const open = () => openSqliteCoverage(':memory:', { withholdBelow: 1 });
  const store = new StoreWatch({ open, onChange: () => {} });
  book = new CoverageBook({ store, nowMs: Date.now });
  const folded = () => EMPTY_STATE;
  const state = compileState(EMPTY_STATE);
  const app = express();
  listeners = mountCoverage(app, {
    book,
    state: () => state,
    folded,
    registryFault: () => null,
    signals: new Signals(Date.now(), { onCount: () => {}, onChange: () => {} }),
    nodes: new NodeReports({ store, folded, hosted: new Set(), unreachable: () => null }),
    suppressedBelow: 1,
    nowMs: Date.now,
  });
  app.use(errorHandler(pino({ level: 'silent' }), createMetrics()));
  server = createServer(app);
  origin = await listenOnLoopback(server);
});
afterEach(async () => {
  listeners.close();
  server.closeAllConnections();
  server.close();
  await book.close();
});

/** One page that listens: how many changes it was told of. */
async function listen() {
  const reply = await fetch(`${origin}/v1/coverage/events`);
  const page = {
    status: reply.status,
    type: reply.headers.get('content-type'),
    changes: 0,
    text: '',
    ended: false,
    broken: false,
  };
  const read = async () => {
    for await (const chunk of reply.body ?? []) {
      page.text += Buffer.from(chunk).toString('utf8');
      page.changes = page.text.split('event: changed').length - 1;
    }
    page.ended = true;
  };
  const reading = read().catch(() => {
    page.broken = true;
  });
  return { page, reading, leave: () => reply.body?.cancel().catch(() => undefined) };
}

describe('coverage that is taken away', () => {
  const take = async (query: string, accept = '*/*') => {
    const reply = await fetch(`${origin}/v1/coverage${query}`, { headers: { accept } });
    return {
      type: reply.headers.get('content-type'),
      file: reply.headers.get('content-disposition'),
      text: await reply.text(),
    };
  };

  test('says other numbers than coverage, or is not the table that was asked for', async () => {
    for (let n = 0; n < 3; n += 1) book.counter.count(answerAt(Date.now()));
    book.counter.count(answerAt(Date.now(), { decision: 'refer', reasons: ['too_old'] }));
    const csv = await take('?format=csv');
    expect([csv.type, csv.file]).toEqual([
      'text/csv; charset=utf-8; header=present',
      'attachment; filename=coverage-24h.csv',
    ]);
    const [names = '', line = '', end] = csv.text.split('\r\n');
    const cell = Object.fromEntries(names.split(',').map((name, at) => [name, line.split(',')[at]]));
    expect(cell).toMatchObject({ issuer: '410000', destination: '440000', presented: '4', recognised: '3' });
    expect([cell['recognition_rate'], cell['reason_ok'], cell['reason_too_old'], end]).toEqual(['0.75', '3', '1', '']);
    const lines = await take('?series=hour', 'application/jsonl');
    expect(lines.type).toBe('application/jsonl; charset=utf-8');
    const [hour, rest] = lines.text.split('\n');
    expect(JSON.parse(hour ?? '')).toMatchObject({
      at: expect.any(String),
      presented: 4,
      green: 4,
      recognition_rate: 0.75,
    });
    expect(rest).toBe('');
    expect((await take('', 'text/html')).type).toMatch(/^application\/json/);
    expect((await take('?format=json', 'text/csv')).type).toMatch(/^application\/json/);
    expect(JSON.parse((await take('?format=parquet')).text)).toMatchObject({ code: 'body_invalid' });
  });
});

describe('a page that listens', () => {
  test('is not told of a change, is told where there is none, or of anything but that', async () => {
    const { page, reading } = await listen();
    expect([page.status, page.type]).toEqual([200, 'text/event-stream; charset=utf-8']);
    // It reads when it comes, and once more when the first look is taken.
    await expect.poll(() => page.changes).toBe(2);
    book.counter.count(answerAt(Date.now()));
    await expect.poll(() => page.changes).toBe(3);
    expect(page.text.replaceAll(/retry: 2000\n|event: changed\ndata: \{\}\n\n|: \n\n/g, '')).toBe('');
    listeners.close();
    await reading;
    expect(page.ended).toBe(true);
  });

  test('keeps a place that it has left, or is let in where there is none or the node is about to stop', async () => {
    const pages = await Promise.all(Array.from({ length: 256 }, listen));
    expect(listeners.listening).toBe(256);
    const refused = await fetch(`${origin}/v1/coverage/events`);
    expect([refused.status, await refused.json()]).toMatchObject([503, { code: 'unavailable' }]);
    server.closeAllConnections();
    await Promise.all(pages.map(({ reading }) => reading));
    await expect.poll(() => listeners.listening).toBe(0);
    expect((await listen()).page.status).toBe(200);
    listeners.close();
    expect((await fetch(`${origin}/v1/coverage/events`)).status).toBe(503);
  });

  test('is kept out by one that has opened as many as there may be', async () => {
    const pages = await Promise.all(Array.from({ length: 256 }, listen));
    const { host } = new URL(origin);
    const [hostname, port] = host.split(':');
    const other = request({ hostname, port, path: '/v1/coverage/events', localAddress: '127.0.0.2' }).end();
    const [reply] = await once(other, 'response');
    expect(reply.statusCode).toBe(200);
    await expect.poll(() => pages.filter(({ page }) => page.ended || page.broken).length).toBe(1);
    expect(listeners.listening).toBe(256);
    other.destroy();
  });
});
