import { createServer, type Server } from 'node:http';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { listenOnLoopback } from '../../adapters/sandbox/listen.ts';
import type { Readiness } from '../../schemas/readiness.ts';
import { PATIENTLY } from '../test/patience.ts';
import { createCli } from './cli.ts';
import { becomesReady } from './readiness-wait.ts';

const MANDATES = { state: 'active', active: [], lastEndsMs: null, nextStartsMs: null } as const;
const cli = createCli('en', {});
let server: Server;
let told: string[];

afterEach(() => {
  vi.restoreAllMocks();
  server.close();
  server.closeAllConnections();
});

/** A node that answers /readyz with what stands here at that moment. */
async function node(readiness: () => Readiness | null): Promise<string> {
  told = [];
  vi.spyOn(console, 'error').mockImplementation((text: string) => told.push(text));
  server = createServer((_request, response) => {
    const report = readiness();
    response.writeHead(report?.ready === true ? 200 : 503).end(report === null ? '' : JSON.stringify(report));
  });
  return await listenOnLoopback(server);
}

function unready(...reasons: Readiness['reasons']): Readiness {
  return { ready: false, reasons, degraded: [], mandates: MANDATES };
}
const READY: Readiness = { ready: true, reasons: [], degraded: [], mandates: MANDATES };

describe('waiting for readiness', () => {
  test('a node that is unready is called ready, or says nothing about why', async () => {
    let now: Readiness | null = null;
    const url = await node(() => now);
    const waiting = becomesReady(cli, url, new AbortController().signal, { tellEveryMs: 20, explainAfterMs: 60_000 });
    await vi.waitFor(
      () => expect(told.at(-1)).toMatch(/^huren: not ready yet \(\d+ s\): \/readyz does not answer$/),
      PATIENTLY,
    );
    now = unready('registry_missing', 'mandate_none');
    await vi.waitFor(
      () => expect(told.at(-1)).toMatch(/not ready yet \(\d+ s\): registry_missing, mandate_none$/),
      PATIENTLY,
    );
    now = READY;
    expect(await waiting).toBe(true);
  });

  test('a person is not told what to do after a while, or is told again and again', async () => {
    let now = unready('no_trust_anchor');
    const url = await node(() => now);
    const waiting = becomesReady(cli, url, new AbortController().signal, { tellEveryMs: 1, explainAfterMs: 300 });
    await vi.waitFor(
      () => expect(told.at(-1)).toMatch(/no_trust_anchor: .+\n {4}next: set HUREN_ANCHOR_FILE/),
      PATIENTLY,
    );
    const lines = told.length;
    now = READY;
    expect(await waiting).toBe(true);
    expect(told).toHaveLength(lines);
    expect(told.filter((text) => text.includes('still not ready'))).toHaveLength(1);
  });

  test('a gateway that is stopped goes on waiting', async () => {
    const url = await node(() => unready('draining'));
    const ended = new AbortController();
    const waiting = becomesReady(cli, url, ended.signal);
    ended.abort();
    expect(await waiting).toBe(false);
  });
});
