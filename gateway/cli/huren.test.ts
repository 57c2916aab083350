import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { afterAll, describe, expect, test } from 'vitest';
import { createCli, languageOf } from './cli.ts';
import { huren, type Ran } from './huren.fixture.ts';
import { createProgram } from './program.ts';

const folder = mkdtempSync(join(tmpdir(), 'huren-cli-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Nothing listens on the discard port. */
const NOBODY = { HUREN_URL: 'http://127.0.0.1:9' };
const STACK = /^\s+at .+[:)]\d*/m;

function expectFailure(ran: Ran, exit: 1 | 2, code: string): void {
  expect(ran.stderr).toMatch(new RegExp(`^huren: ${code}: .+\\n  next: .+\\n$`));
  expect(ran.stderr).not.toMatch(STACK);
  expect(ran.exit).toBe(exit);
}

describe('usage', () => {
  test.each([
    ['a missing argument', ['scan']],
    ['drills that would not be run', ['nation', '--drill', 'split_view']],
    ['an unknown command', ['nope']],
    ['an unknown option', ['demo', '--fast']],
    ['an argument too many', ['verify', 'a', 'b']],
    ['a time that is none', ['verify', 'a', '--at', 'yesterday']],
    ['a date without a time', ['verify', 'a', '--at', '2026-11-22']],
    ['an unknown purpose', ['scan', 'x', '--purpose', 'curiosity']],
    ['an unknown language', ['demo', '--lang', 'fr']],
    ['an entity that is no address', ['authority', 'refresh', 'foo']],
  ])('%s does not exit with 2', async (_what, argv) => {
    expectFailure(await huren(argv, NOBODY), 2, 'usage_invalid');
  });

  test('a gateway address that is none is tried all the same', async () => {
    expectFailure(await huren(['demo'], { HUREN_URL: 'ftp://127.0.0.1' }), 2, 'usage_invalid');
  });

  test('a venue’s token is sent to a gateway in the clear over a network', async () => {
    const ran = await huren(['demo'], { HUREN_URL: 'http://192.0.2.1:8080' });
    expectFailure(ran, 2, 'usage_invalid');
    expect(ran.stderr).toContain('HUREN_URL must be an https address');
  });

  test.each([
    [['scan'], /缺少参数/],
    [['nope'], /没有命令 'nope'/],
    [['dem'], /没有命令 'dem'（是否要用 demo？）/],
    [['demo', '--fast'], /没有选项/],
    [['demo', '--province', '99'], /选项 '--province <code>' 的值 '99' 无效。应为 GB\/T 2260/],
    [['scan', 'x', '--purpose', 'curiosity'], /无效。可选：/],
    [['adapter', 'activate', '120000', 'new'], /参数 'version' 的值 'new' 无效。应为版本号/],
    [['adapter', 'suspend', '640000', '--key', 'a', '--as', 'anchor'], /不能同时使用/],
    [['registry', 'anchor-hash'], /缺少参数/],
    [['registry', 'create'], /缺少必需的选项/],
    [['registry', 'enrol', 'a', '--key'], /选项 '--key <file>' 缺少值/],
    [['verify', 'a', 'b'], /参数过多：应为 1 个，实为 2 个/],
  ])('%j is answered in English to a Chinese reader', async (argv, said) => {
    const ran = await huren(argv, { ...NOBODY, LANG: 'zh_CN.UTF-8' });
    expect([ran.exit, ran.stderr]).toEqual([2, expect.stringMatching(said)]);
    expect(ran.stderr).not.toMatch(/argument|option |invalid\.|command /);
  });

  test('no command at all passes for success', async () => {
    expect((await huren([])).exit).toBe(2);
  });

  test('help that was asked for is no success', async () => {
    const { exit, stdout, stderr } = await huren(['keys', 'list', '--help']);
    expect(stdout).toContain('Usage: huren keys list');
    expect([exit, stderr]).toEqual([0, '']);
  });

  test('a command that is named is not the one that is loaded, or others are loaded with it', async () => {
    const cli = createCli('en', {});
    const all = (await createProgram(cli)).commands.map((command) => command.name());
    for (const name of all) {
      const { commands } = await createProgram(cli, ['node', 'huren', '--lang', 'en', name]);
      if (name !== 'completion') expect(commands.map((command) => command.name())).toEqual([name]);
    }
  });

  test.each(['en', 'zh'] as const)('a command has no help with an example in %s', async (language) => {
    const commands = withSubcommands(await createProgram(createCli(language, {})));
    expect(commands.map((command) => command.name())).toContain('serve');
    for (const command of commands) {
      let text = '';
      const writeOut = (part: string) => {
        text += part;
      };
      command.configureOutput({ writeOut }).outputHelp();
      const widths = text.split('\n').map((line) => line.length);
      expect(Math.max(...widths), command.name()).toBeLessThanOrEqual(language === 'en' ? 100 : 120);
      expect(text).toMatch(language === 'en' ? /Example:\n {2}\$ huren / : /用法[\s\S]+示例：\n {2}\$ huren /);
    }
  });
});

function withSubcommands(command: Command): Command[] {
  return [command, ...command.commands.flatMap(withSubcommands)];
}

describe('language', () => {
  test.each([
    [{ LANG: 'zh_CN.UTF-8' }, [], 'zh'],
    [{ LANG: 'zh_CN.UTF-8', LC_ALL: 'en_GB.UTF-8' }, [], 'en'],
    [{ LANG: 'C', LC_MESSAGES: 'zh_HK.UTF-8' }, [], 'zh'],
    [{ LANG: 'zh_CN.UTF-8', LC_ALL: '' }, [], 'zh'],
    [{ LANG: 'zh_CN.UTF-8' }, ['--lang', 'en'], 'en'],
    [{}, ['--lang=zh'], 'zh'],
    [{}, [], 'en'],
  ])('%j %j is answered in the wrong language', (env, argv, language) => {
    expect(languageOf(['node', 'huren', 'scan', ...argv], env)).toBe(language);
  });

  test('the locale does not reach the texts', async () => {
    const ran = await huren(['scan', 'x'], { ...NOBODY, LANG: 'zh_CN.UTF-8' });
    expect(ran.stderr).toMatch(/^huren: gateway_unreachable: .+没有应答\n {2}下一步：/);
  });

  test('a Chinese help or report falls back into English', async () => {
    const help = await huren(['scan', '--help', '--lang', 'zh'], NOBODY);
    expect(help.stdout).toContain('可选：');
    expect(help.stdout).not.toMatch(/choices|default:/);
    const henan = join(import.meta.dirname, '../../adapters/provinces/410000-henan');
    const report = await huren(['adapter', 'check', henan, '--lang', 'zh'], NOBODY);
    const checks = report.stdout.split('\n').filter((line) => line.startsWith('✓'));
    expect(checks.length).toBeGreaterThan(10);
    expect(checks.filter((line) => /[A-Za-z]/.test(line))).toEqual([]);
  });
});

describe('failures', () => {
  test('no gateway leaves a person without a next step', async () => {
    expectFailure(await huren(['scan', 'x'], NOBODY), 1, 'gateway_unreachable');
  });

  test('a machine gets something other than one JSON document', async () => {
    const ran = await huren(['demo', '--json'], NOBODY);
    expect(JSON.parse(ran.stdout)).toMatchObject({ code: 'gateway_unreachable' });
    expectFailure(ran, 1, 'gateway_unreachable');
  });

  test('a misspelt variable leaves its default in force', async () => {
    const ran = await huren(['demo'], { ...NOBODY, HUREN_ULR: 'http://127.0.0.1:1' });
    expectFailure(ran, 2, 'config_invalid');
    expect(ran.stderr).toContain('HUREN_ULR: there is no such setting; is HUREN_URL meant?');
  });

  test('half of the credentials is taken for none', async () => {
    expectFailure(await huren(['scan', 'x'], { ...NOBODY, HUREN_CLIENT_ID: 'venue' }), 2, 'credentials_missing');
  });

  test('a client secret is sent in the clear over a network', async () => {
    const env = { HUREN_CLIENT_ID: 'v', HUREN_CLIENT_SECRET: 's', HUREN_TOKEN_ENDPOINT: 'http://192.0.2.1/token' };
    expectFailure(await huren(['scan', 'x'], { ...NOBODY, ...env }), 2, 'usage_invalid');
  });

  test('a place where nothing can be written is told as a fault of ours', async () => {
    const out = join(import.meta.filename, 'out.csv');
    const ran = await huren(['scan', '--file', import.meta.filename, '--out', out], NOBODY);
    expectFailure(ran, 2, 'file_unreadable');
    expect(ran.stderr).toContain(`${out} cannot be used (ENOTDIR)`);
  });

  test('a missing or foreign file is taken for an anchor', async () => {
    const foreign = join(folder, 'foreign.json');
    writeFileSync(foreign, '{"entity_id":"http://example.invalid"}');
    for (const anchor of [join(folder, 'none.json'), foreign, folder]) {
      expectFailure(await huren(['verify', '-', '--anchor', anchor], NOBODY, 'x'), 2, 'file_unreadable');
    }
  });

  test('verify without a pinned anchor asks somebody else whom to believe', async () => {
    expectFailure(await huren(['verify', '-'], NOBODY, 'a.b.c'), 1, 'anchor_unknown');
  });

  test('an endless or meaningless input is read on', async () => {
    const large = join(folder, 'large.json');
    writeFileSync(large, 'x'.repeat(1_048_577));
    expectFailure(await huren(['verify', large], NOBODY), 1, 'token_too_large');
    expectFailure(await huren(['verify', '/dev/zero'], NOBODY), 1, 'token_too_large');
    expectFailure(await huren(['verify', '-'], NOBODY, '{"evidence":[]}'), 1, 'token_malformed');
    expectFailure(await huren(['verify', '-'], NOBODY, '{'), 1, 'token_malformed');
  });

  test('a key is made for an owner that is misspelt, and nobody uses it', async () => {
    const env = { HUREN_DATA_DIR: join(folder, 'owners') };
    mkdirSync(join(folder, 'owners/keys/gateway'), { recursive: true });
    writeFileSync(join(folder, 'owners/keys/gateway/attestation.json'), '{"keys":[]}', { mode: 0o600 });
    const ran = await huren(['keys', 'new', '--owner', 'gatway'], env);
    expectFailure(ran, 2, 'usage_invalid');
    expect(ran.stderr).toContain('that: gateway');
    expect(readdirSync(join(folder, 'owners/keys'))).toEqual(['gateway']);
    expect(readdirSync(join(folder, 'owners/keys/gateway'))).toEqual(['attestation.json']);
  });

  test('a damaged key file is quoted, private key and all', async () => {
    mkdirSync(join(folder, 'keys/gateway'), { recursive: true });
    const path = join(folder, 'keys/gateway/federation.json');
    writeFileSync(path, '{"keys":[{"d":"very-private"', { mode: 0o600 });
    const list = () => huren(['keys', 'list'], { HUREN_DATA_DIR: folder });
    const damaged = await list();
    expectFailure(damaged, 1, 'key_file_damaged');
    chmodSync(path, 0o640);
    const exposed = await list();
    expectFailure(exposed, 1, 'key_file_exposed');
    for (const { stderr } of [damaged, exposed]) {
      expect(stderr).toContain(path);
      expect(stderr).not.toContain('very-private');
    }
  });

  test('a secret that everybody on the machine may read is used, or is quoted', async () => {
    const path = join(folder, 'cache-secret');
    writeFileSync(path, 'very-private '.repeat(4), { mode: 0o644 });
    const ran = await huren(['serve'], { HUREN_CACHE_SECRET_FILE: path });
    expectFailure(ran, 2, 'config_invalid');
    expect(ran.stderr).toContain(`HUREN_CACHE_SECRET_FILE: ${path} may be read by others`);
    expect(ran.stderr).not.toContain('very-private');
  });

  test('a place for keys that cannot be meant is quoted, or taken for another', async () => {
    for (const setting of ['keys', 'file:', 'pkcs11:module.so', 'pkcs11:module.so?token=t&pin=very-private']) {
      for (const command of [['keys', 'list'], ['serve']]) {
        const ran = await huren(command, { HUREN_KEYS: setting });
        expectFailure(ran, 2, 'config_invalid');
        expect(ran.stderr).toContain('HUREN_KEYS: must be file:DIR');
        expect(ran.stderr).not.toContain('very-private');
      }
    }
  });

  test('serve starts with a bad setting, or shows a stack', async () => {
    const ran = await huren(['serve', '--sandbox'], { HUREN_PORT: '123456' });
    expectFailure(ran, 2, 'config_invalid');
    expect(ran.stderr).toContain('HUREN_PORT');
  });
});
