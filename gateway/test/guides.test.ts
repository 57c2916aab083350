import { spawnSync } from 'node:child_process';
import { cpSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { coverageSchema } from '../../schemas/coverage.ts';
import { readinessSchema } from '../../schemas/readiness.ts';
import type { SandboxCode } from '../../schemas/sandbox.ts';
import { huren } from '../cli/huren.fixture.ts';
import { blocksOf, read, shownIn, withoutItsAfternoon } from './documented.ts';
import { ROOT } from './import-graph.ts';
import { commandPath, installPackage, runPage } from './pasted-page.ts';
import { PATIENCE_MS } from './patience.ts';
import { tempFolder } from './registry-site.fixture.ts';
import { type SandboxGateway, startSandboxGateway } from './sandbox-gateway.ts';
import { sandboxCode, sandboxCodes, sandboxVenues } from './venue-client.ts';
import { missingLine } from './walkthrough-document.ts';

let sandbox: SandboxGateway;
/** As they were before anybody pasted anything. */
let codes: readonly SandboxCode[];

beforeAll(async () => {
  sandbox = await startSandboxGateway();
  codes = await sandboxCodes(sandbox.url);
  // Whoever reads what is counted has scanned before.
  expect((await huren(['scan', codeOf('410000', 'green')], settings())).exit).toBe(0);
  const cells = async () => coverageSchema.parse(await (await fetch(`${sandbox.url}/v1/coverage`)).json()).cells;
  await vi.waitFor(async () => expect(await cells()).not.toEqual([]), { timeout: PATIENCE_MS, interval: 100 });
});
afterAll(() => sandbox.stop());
// Whoever reads a page has a gateway that has settled: after its start, and after what another page had it do.
beforeEach(async () => {
  const degraded = async () => readinessSchema.parse(await (await fetch(`${sandbox.url}/readyz`)).json()).degraded;
  await expect.poll(degraded).toEqual([]);
});

/** Pages that talk of people and not of commands. */
const WITHOUT_COMMANDS = ['traveller.md', 'traveller.zh-CN.md'];
/** Whose reader has the package, and no command line. */
const INTEGRATORS = ['integrator.md', 'integrator.zh-CN.md'];
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

describe.each(PAGES.filter((page) => !INTEGRATORS.includes(page)))('the page %s', (page) => {
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

describe('whoever installed the package', () => {
  const folder = tempFolder(afterAll);
  beforeAll(() => installPackage(folder));

  test.each(INTEGRATORS)('reads in %s what does not work, or what nobody saw', (page) => {
    const env = { GATEWAY: sandbox.url, ANCHOR_FILE: join(sandbox.dataDir, 'anchor.json') };
    const steps = runPage(page, folder, env);
    expect(steps.length).toBeGreaterThan(7);
    for (const { commands, printed, shown } of steps) expect(printed, commands).toBe(shown ?? '');
  });

  test('has a module without a section in README.md, or one whose example prints something else', async () => {
    const modules = Object.keys(packageJson.exports).flatMap((name) => /^\.\/(\w+)$/.exec(name)?.[1] ?? []);
    const sections = read('README.md').split(/^### /m).slice(1);
    expect(sections.map((text) => /^`huren\/(\w+)`\n/.exec(text)?.[1]).toSorted()).toEqual(modules.toSorted());
    const venues = await sandboxVenues(sandbox.url);
    const venue = venues.find((one) => one.venue === 'guangzhou-hospital');
    const env = {
      GATEWAY: sandbox.url,
      CODE: codeOf('410000', 'green'),
      CLIENT_ID: venue?.client_id,
      CLIENT_SECRET: venue?.client_secret,
      TOKEN_ENDPOINT: venue?.token_endpoint,
    };
    for (const name of ['anchor.json', 'trust-bundle.json']) cpSync(join(sandbox.dataDir, name), join(folder, name));
    for (const section of sections) {
      const [, example = ''] = /^```js\n([\s\S]*?)^```$/m.exec(section) ?? [];
      const [, file = ''] = /^\/\/ (\S+\.mjs)\n/.exec(example) ?? [];
      const [, prints = ''] = /\); \/\/ (.+)\n$/.exec(example) ?? [];
      writeFileSync(join(folder, file), example);
      const options = { cwd: folder, encoding: 'utf8', env: { ...process.env, ...env } } as const;
      const { stdout, stderr } = spawnSync(process.execPath, [file], options);
      expect([section.split('\n')[0], stdout, stderr]).toEqual([section.split('\n')[0], `${prints}\n`, '']);
    }
  });
});

/** Of the sandbox, as it was before anybody pasted anything. */
function codeOf(province: string, scenario: string): string {
  return sandboxCode(codes, province, scenario).code;
}

const READMES = [
  { document: 'README.md', language: 'en', green: '● GREEN', valid: '● valid' },
  { document: 'README.zh-CN.md', language: 'zh', green: '● 绿码', valid: '● valid' },
];

describe.each(READMES)('what $document shows', ({ document, language, green, valid }) => {
  test('is not what a start says', () => {
    const said = sandbox.output().replace(/^\{.*\n/gm, '');
    const [block = ''] = /^Huren gateway is ready[\s\S]*^Ctrl-C stops everything\.$/m.exec(said) ?? [];
    expect(withoutItsAfternoon(block)).toBe(withoutItsAfternoon(shownIn(document, 'Huren gateway is ready')));
  });

  test('is not how a scan is answered', async () => {
    const ran = await huren(['scan', codeOf('410000', 'green'), '--lang', language], settings());
    expect(withoutItsAfternoon(ran.stdout)).toBe(withoutItsAfternoon(shownIn(document, green)));
  });

  test('is not how a certificate is decided, or what decides it lies elsewhere', async () => {
    const folder = tempFolder(onTestFinished);
    const command = commandIn(document, 'npm run -s huren -- verify certificate.txt');
    writeFileSync(join(folder, 'certificate.txt'), `${codeOf('900000', 'green')}\n`);
    for (const name of ['anchor.json', 'trust-bundle.json']) cpSync(join(sandbox.dataDir, name), join(folder, name));
    const argv = command.split(' ').map((word) => (/\.(?:txt|json)$/.test(word) ? join(folder, word) : word));
    const offline = { HUREN_URL: 'http://127.0.0.1:9' };
    const decided = async () => withoutItsAfternoon((await huren([...argv, '--lang', language], offline)).stdout);
    // The node has the lists soon after their adapter is registered.
    const shown = withoutItsAfternoon(shownIn(document, valid));
    await expect.poll(decided, { interval: 500 }).toBe(shown);
  });

  test('is not how many codes the sandbox has', () => {
    expect(read(document)).toContain(`\`${codes.length} passed, 0 failed\``);
  });
});

test('a province is not registered on the running sandbox by the commands of CONTRIBUTING.md, or is told otherwise', async () => {
  const commands = blocksOf('CONTRIBUTING.md').find(({ text }) =>
    text.includes('registry enrol province:120000'),
  )?.text;
  const argvs = (commands ?? '')
    .trim()
    .split('\n')
    .map((line) => line.replace('npm run -s huren -- ', '').split(' '));
  let printed = '';
  for (const argv of argvs) {
    const ran = await huren([...argv, '--lang', 'en'], settings());
    expect([argv.join(' '), ran.exit, ran.stderr]).toEqual([argv.join(' '), 0, '']);
    printed += ran.stdout;
  }
  const shown = withoutItsAfternoon(shownIn('CONTRIBUTING.md', '✓ submitted 120000')).split('\n');
  expect(missingLine(withoutItsAfternoon(printed), shown), printed).toBe(null);
  const own = (await sandboxCodes(sandbox.url, '?unregistered=1')).filter(({ province }) => province === '120000');
  expect(read('CONTRIBUTING.md')).toContain(`\`${own.length} passed, 0 failed\``);
});

/** What the document has somebody type after `npm run -s huren --`. */
function commandIn(document: string, begins: string): string {
  const { text = '' } = blocksOf(document).find(({ kind, text }) => kind === 'sh' && text.startsWith(begins)) ?? {};
  return text.trim().replace('npm run -s huren -- ', '');
}
