import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { readinessSchema } from '../../schemas/readiness.ts';
import { huren } from '../cli/huren.fixture.ts';
import { ROOT } from './import-graph.ts';
import { commandPath, compileAgainst, installPackage, runPage } from './pasted-page.ts';
import { tempFolder } from './registry-site.fixture.ts';
import { type SandboxGateway, startSandboxGateway } from './sandbox-gateway.ts';
import { sandboxCodes } from './venue-client.ts';
import { missingLine } from './walkthrough-document.ts';

let sandbox: SandboxGateway;

beforeAll(async () => {
  sandbox = await startSandboxGateway();
});
afterAll(() => sandbox.stop());
// Whoever reads a page has a gateway that has settled: after its start, and after what another page had it do.
beforeEach(async () => {
  const degraded = async () => readinessSchema.parse(await (await fetch(`${sandbox.url}/readyz`)).json()).degraded;
  await expect.poll(degraded).toEqual([]);
});

/** Pages that talk of people and not of commands. */
const WITHOUT_COMMANDS = ['traveller.md', 'traveller.zh-CN.md'];
const PAGES = readdirSync(join(ROOT, 'deploy/guides')).filter((page) => !WITHOUT_COMMANDS.includes(page));

/** What whoever pastes a page of the sandbox has set, in the page's language. */
function settings(page = ''): Record<string, string> {
  return {
    HUREN_URL: sandbox.url,
    HUREN_DATA_DIR: sandbox.dataDir,
    SAMPLES: join(ROOT, 'gateway/policy/samples'),
    LANG: page.endsWith('.zh-CN.md') ? 'zh' : 'en',
  };
}

describe.each(PAGES.filter((page) => page !== 'integrator.md'))('the page %s', (page) => {
  test('has a command that does not work, or shows what nobody saw', () => {
    const folder = tempFolder(onTestFinished);
    const steps = runPage(page, folder, settings(page), commandPath(folder));
    expect(steps.length).toBeGreaterThan(0);
    for (const { commands, printed, shown } of steps) {
      const lines = (shown ?? '').split('\n').filter((line) => line.trim() !== '');
      expect(missingLine(printed, lines), `${commands}\n${printed}`).toBe(null);
    }
  });
});

describe('the page for integrators', () => {
  test('says what does not work, or shows what nobody saw', () => {
    const folder = tempFolder(onTestFinished);
    installPackage(folder);
    const env = { GATEWAY: sandbox.url, ANCHOR_FILE: join(sandbox.dataDir, 'anchor.json') };
    const steps = runPage('integrator.md', folder, env);
    expect(steps.length).toBeGreaterThan(7);
    for (const { commands, printed, shown } of steps) expect(printed, commands).toBe(shown ?? '');
    const use = `
      import { VenueClient, type VerificationReply } from 'huren/client';
      import { OfflineVerifier } from 'huren/verify';
      export const ask = async (venue: VenueClient): Promise<VerificationReply['decision']> =>
        (await venue.verify({ code: 'YKM1', purpose: 'medical_visit' })).decision;
      export const isOf = (verifier: OfflineVerifier, reply: VerificationReply) => verifier.verifyAnswer(reply, {});
      // @ts-expect-error a purpose that is not listed
      export const wrong = (venue: VenueClient) => venue.verify({ code: 'YKM1', purpose: 'sightseeing' });
    `;
    expect(compileAgainst(folder, use)).toBe('');
  });
});

describe.each([
  ['README.md', 'en', '● GREEN'],
  ['README.zh-CN.md', 'zh', '● 绿码'],
])('the answer that %s shows', (document, language, begins) => {
  test('is not how a scan is answered', async () => {
    const text = readFileSync(join(ROOT, document), 'utf8');
    const block = text.slice(text.indexOf(`\n${begins}`) + 1).split('\n```')[0] ?? '';
    // Ages, times and addresses are those of one afternoon.
    const lines = block.replace(/\d+( s ago| 秒前)|\d{4}-[\dTZ:-]+|https?:\S+/g, '…').split('\n');
    const codes = await sandboxCodes(sandbox.url);
    const green = codes.find(({ province, scenario }) => province === '410000' && scenario === 'green')?.code ?? '';
    const ran = await huren(['scan', green, '--lang', language], settings());
    expect([lines.length > 4, missingLine(ran.stdout, lines)], ran.stdout).toEqual([true, null]);
  });
});
