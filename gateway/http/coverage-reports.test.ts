import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import express from 'express';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { listenOnLoopback } from '../../adapters/sandbox/listen.ts';
import { coverageReportsSchema } from '../../schemas/coverage-report.ts';
import { CoverageBook } from '../coverage/coverage-book.ts';
import { CoverageReporter } from '../coverage/coverage-reporter.ts';
import { createMetrics } from '../coverage/metrics.ts';
import { answerAt } from '../coverage/store.contract.ts';
import { openSqliteCoverage } from '../coverage/store-sqlite.ts';
import { authenticateMonitor } from '../issuing/asking-monitor.ts';
import { StoreWatch } from '../stores/store-watch.ts';
import { signCoverageReport, verifyCoverageReport } from '../trust/coverage-report.ts';
import { EntityResolver } from '../trust/entity-resolver.ts';
import { anchorOf, configure, makeParty, NOW_S, naming, type Party, state } from '../trust/federation.fixture.ts';
import { signNodeToken } from '../trust/node-token.ts';
import { RECOGNITION_GATEWAY, RECOGNITION_MONITOR } from '../trust/trust-bundle.ts';
import { mountCoverageReports } from './coverage-reports.ts';
import { errorHandler } from './errors.ts';

const nowMs = () => NOW_S * 1000;
const anchor = await makeParty('https://anchor.example');
const monitor = await makeParty('https://monitor.example');
const stranger = await makeParty('https://stranger.example');
const gateway = await makeParty('https://gateway.example');
const chains = new Map([
  [monitor.entityId, await chainOf(monitor, RECOGNITION_MONITOR)],
  [gateway.entityId, await chainOf(gateway, RECOGNITION_GATEWAY)],
]);

let server: Server;
let origin: string;
let reporter: CoverageReporter;

async function chainOf(party: Party, type: string): Promise<string[]> {
  const own = { authority_hints: [anchor.entityId], metadata: { [type]: {} } };
  return [await configure(party, own), await state(anchor, party, naming(type, party.jwk))];
}

beforeAll(async () => {
  const open = () => openSqliteCoverage(':memory:', { withholdBelow: 10 });
  const store = new StoreWatch({ open, onChange: () => {} });
  const book = new CoverageBook({ store, nowMs });
  const sign = (body: string) => signCoverageReport(body, gateway.signer);
  const reporting = [{ entityId: gateway.entityId, kind: 'gateway', province: '440000', sign } as const];
  reporter = new CoverageReporter({ book, store, reporting, openBreakers: () => [], nowMs });
  book.counter.count(answerAt(nowMs()));
  await reporter.report(0);
  const resolver = new EntityResolver({
    anchor: () => anchorOf(anchor),
    chainOf: async (id) => chains.get(id) ?? [],
    nowS: () => NOW_S,
    isVouchedFor: () => true,
  });
  const app = express();
  const authenticate = (authorization: string | undefined, entityId: string) =>
    authenticateMonitor({ resolver, nowMs }, authorization, entityId);
  mountCoverageReports(app, { reporter, entityIds: [gateway.entityId], authenticate });
  app.use(errorHandler(pino({ level: 'silent' }), createMetrics()));
  server = createServer(app);
  origin = await listenOnLoopback(server);
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await reporter.close();
});

const tokenOf = (by: Party, more: object = {}, signer = by.signer) => {
  const claims = { iss: by.entityId, aud: gateway.entityId, iat: NOW_S, exp: NOW_S + 60, jti: randomUUID() };
  return signNodeToken({ ...claims, ...more }, signer);
};

async function read(token: string | null, query = '') {
  const headers = token === null ? {} : { authorization: `Bearer ${token}` };
  return await fetch(`${origin}/v1/coverage/reports${query}`, { headers });
}

const REFUSED: readonly (readonly [who: string, made: () => Promise<string | null>, code: string])[] = [
  ['nobody', async () => null, 'node_token_invalid'],
  ["a venue's token", async () => 'eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCJ9.e30.c2ln', 'node_token_invalid'],
  ["another gateway's token", () => tokenOf(gateway), 'node_not_admitted'],
  ["the monitor's name over another key", () => tokenOf(monitor, {}, stranger.signer), 'node_token_invalid'],
  ["the monitor's token for another node", () => tokenOf(monitor, { aud: stranger.entityId }), 'node_token_invalid'],
  ["the monitor's token for a question", () => tokenOf(monitor, { question: 'q'.repeat(43) }), 'node_token_invalid'],
  [
    "the monitor's token of an hour ago",
    () => tokenOf(monitor, { iat: NOW_S - 3660, exp: NOW_S - 3600 }),
    'node_token_invalid',
  ],
];

test.each(REFUSED)('%s reads what few people are behind', async (_who, made, code) => {
  const reply = await read(await made());
  expect(await reply.json()).toMatchObject({ code });
  expect(reply.ok).toBe(false);
});

test('the monitor is not let in, gets reports again that it has, or asks for what is no number', async () => {
  const token = await tokenOf(monitor);
  const reply = await read(token);
  expect([reply.status, reply.headers.get('cache-control')]).toEqual([200, 'no-store']);
  const { reports } = coverageReportsSchema.parse(await reply.json());
  const reporting = { node: gateway.entityId, role: 'gateway', province: '440000' } as const;
  const { report } = await verifyCoverageReport(reports[0] ?? '', reporting, { keys: [gateway.jwk] }, NOW_S);
  expect([reports.length, report.number]).toEqual([1, 1]);
  expect(await (await read(token, `?after=1&epoch=${report.epoch}`)).json()).toEqual({ reports: [] });
  // Of a numbering that began anew everything is new.
  expect(await (await read(token, `?after=1&epoch=${'A'.repeat(22)}`)).json()).toMatchObject({
    reports: [expect.any(String)],
  });
  for (const query of ['?after=-1', '?after=1&after=2', '?epoch=x']) {
    expect(await (await read(token, query)).json()).toMatchObject({ code: 'body_invalid' });
  }
});
