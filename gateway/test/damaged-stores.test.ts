import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { z } from 'zod';
import type { SandboxCode } from '../../schemas/sandbox.ts';
import { PATIENCE_MS } from './patience.ts';
import { type SandboxGateway, startSandboxGateway } from './sandbox-gateway.ts';
import { openVenueClient, sandboxCode, sandboxCodes, type VenueClient } from './venue-client.ts';

const WITHIN = { timeout: PATIENCE_MS, interval: 100 };

let dataDir: string;
let gateway: SandboxGateway;
let venue: VenueClient;
let codes: SandboxCode[];

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'huren-damaged-'));
  writeFileSync(join(dataDir, 'coverage.sqlite'), 'no database'.repeat(500));
  mkdirSync(join(dataDir, 'passes.sqlite'));
  gateway = await startSandboxGateway({ HUREN_DATA_DIR: dataDir });
  venue = await openVenueClient(gateway.url);
  codes = await sandboxCodes(gateway.url);
});
afterAll(async () => {
  await gateway.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

async function degraded(): Promise<unknown[]> {
  const reply = await fetch(`${gateway.url}/readyz`);
  expect(reply.status).toBe(200);
  return z.object({ degraded: z.array(z.unknown()) }).parse(await reply.json()).degraded;
}

async function outcome(reply: Response): Promise<[number, unknown]> {
  const { code } = z.object({ code: z.string().optional() }).parse(await reply.json());
  return [reply.status, code];
}

function askForPass(): Promise<Response> {
  const { code } = sandboxCode(codes, '410000', 'green');
  return venue.post('/v1/passes', { code, purpose: 'medical_visit' });
}

test('damaged files of coverage and passes stop the start or verification, are not told, or stay when moved away', async () => {
  expect(await degraded()).toEqual([
    { store: 'coverage', state: 'damaged' },
    { store: 'passes', state: 'damaged' },
  ]);
  for (const name of ['coverage.sqlite', 'passes.sqlite']) {
    expect(gateway.output()).toContain(`"where":"${join(dataDir, name)}"`);
  }
  expect(await venue.verify(sandboxCode(codes, '410000', 'green').code)).toMatchObject({ decision: 'pass' });
  expect(await outcome(await askForPass())).toEqual([503, 'unavailable']);
  expect(await outcome(await fetch(`${gateway.url}/v1/coverage`))).toEqual([503, 'unavailable']);
  // Whether a pass was withdrawn cannot be told: that is not "there is no such list".
  const list = await fetch(`${gateway.url}/v1/statuslists/000000000000000000000000`);
  expect(await outcome(list)).toEqual([503, 'unavailable']);
  for (const name of ['coverage.sqlite', 'passes.sqlite']) {
    renameSync(join(dataDir, name), join(dataDir, `${name}.away`));
  }
  await vi.waitFor(async () => expect(await degraded()).toEqual([]), WITHIN);
  expect((await askForPass()).status).toBe(201);
  const { totals } = z
    .object({ totals: z.object({ presented: z.number() }) })
    .parse(await (await fetch(`${gateway.url}/v1/coverage`)).json());
  // What was scanned meanwhile is counted as well: a verification, and two that asked for a pass.
  expect(totals.presented).toBe(3);
});
