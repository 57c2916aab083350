import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { prepareZXingModule, readBarcodes } from 'zxing-wasm/reader';
import { problemSchema } from '../../schemas/problem.ts';
import type { SandboxCode } from '../../schemas/sandbox.ts';
import { huren, type Ran } from '../cli/huren.fixture.ts';
import { openRegistryCli } from './registry-cli.ts';
import { type SandboxGateway, startSandboxGateway } from './sandbox-gateway.ts';
import { pushEvent, signEvent } from './security-event.ts';
import { codeLike, openVenueClient, sandboxCode, sandboxCodes, setFault, type VenueClient } from './venue-client.ts';

const CHANGED = 'urn:huren:event:status-changed';
const FLUSH = 'urn:huren:event:adapter-flush';
const NOWHERE = 'http://127.0.0.1:9';

const WASM = createRequire(import.meta.url).resolve('zxing-wasm/reader/zxing_reader.wasm');
prepareZXingModule({ overrides: { wasmBinary: Uint8Array.from(readFileSync(WASM)).buffer } });

let gateway: SandboxGateway;
let venue: VenueClient;
let codes: SandboxCode[];
let folder: string;
let env: Record<string, string>;

beforeAll(async () => {
  // Few enough that a coach meets the limit.
  gateway = await startSandboxGateway({ HUREN_CLIENT_RATE: '40' });
  venue = await openVenueClient(gateway.url);
  codes = await sandboxCodes(gateway.url);
  folder = mkdtempSync(join(tmpdir(), 'huren-pass-'));
  env = { HUREN_URL: gateway.url, HUREN_DATA_DIR: gateway.dataDir };
});
afterAll(async () => {
  await gateway.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** A code that nobody has scanned, with a green behind it. */
async function freshGreen(province: string): Promise<string> {
  return await codeLike(gateway.url, sandboxCode(codes, province, 'green'));
}

let files = 0;
/** A file with a new pass for this code. */
async function passFor(code: string, ...more: string[]): Promise<string> {
  const ran = await huren(['pass', 'issue', code, ...more], env);
  expect([ran.exit, ran.stderr]).toEqual([0, '']);
  return fileOf(ran.stdout);
}

function fileOf(content: string | Uint8Array): string {
  files += 1;
  const file = join(folder, `${files}.txt`);
  writeFileSync(file, content);
  return file;
}

function verified(file: string, ...more: string[]): Promise<Ran> {
  return huren(['pass', 'verify', file, ...more], env);
}

function expectRefused(ran: Ran, code: string): void {
  expect(ran.stderr).toMatch(new RegExp(`^huren: ${code}: .+\\n {2}next: .+\\n$`));
  expect(ran.exit).toBe(1);
}

async function isWithdrawn(file: string): Promise<boolean> {
  const ran = await verified(file);
  if (ran.exit === 0) return false;
  expectRefused(ran, 'status_revoked');
  return true;
}

describe('a pass on the command line', () => {
  test('is said to be not withdrawn without the time of the list, or cannot be withdrawn', async () => {
    const file = await passFor(await freshGreen('410000'));
    const good = await verified(file);
    expect([good.exit, good.stderr]).toEqual([0, '']);
    expect(good.stdout).toMatch(/not withdrawn \(list as of 20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ\)/);
    const json = z.object({ list_as_of_s: z.int() }).parse(JSON.parse((await verified(file, '--json')).stdout));
    expect(Math.abs(json.list_as_of_s - Date.now() / 1000)).toBeLessThan(70);
    const other = await passFor(await freshGreen('410000'));
    const revoked = await huren(['pass', 'revoke', file], env);
    expect([revoked.exit, revoked.stderr]).toEqual([0, '']);
    expect(await isWithdrawn(file)).toBe(true);
    expect(await isWithdrawn(other)).toBe(false);
  });

  test('is drawn as another one, or as a code that is too dense', async () => {
    const [png, svg] = [join(folder, 'pass.png'), join(folder, 'pass.svg')];
    const drawn = ['--qr', '--png', png, '--svg', svg];
    const ran = await huren(['pass', 'issue', await freshGreen('410000'), ...drawn], env);
    expect(ran.exit).toBe(0);
    const [read] = await readBarcodes(readFileSync(png), { formats: ['QRCode'] });
    expect(read?.text).toBe(ran.stdout.trim());
    expect(read?.ecLevel).toBe('M');
    const [, size = ''] = /viewBox="-4 -4 (\d+) \1"/.exec(readFileSync(svg, 'utf8')) ?? [];
    // Version 25 has 117 modules a side, and four of white round them.
    expect(Number(size)).toBeLessThanOrEqual(125);
    expect(ran.stderr.split('\n').filter((line) => line.includes('\u001b[30;107m'))).toHaveLength(
      Math.ceil(Number(size) / 2),
    );
  });

  test('is given for a red', async () => {
    const red = codes.find((code) => code.province === '410000' && code.scenario === 'red');
    expectRefused(await huren(['pass', 'issue', red?.code ?? ''], env), 'pass_not_issued');
  });

  test('is given for an earlier answer that stands in for a province', async () => {
    const code = await freshGreen('420000');
    await venue.verify(code);
    await setFault(gateway.url, '420000', { status: 503 }, { keep_cache: true });
    const asked = await venue.post('/v1/passes', { code, purpose: 'venue_entry' });
    await setFault(gateway.url, '420000', null);
    const answer = { status: 'green', decision: 'pass', stale: true };
    expect(await asked.json()).toMatchObject({ pass: null, valid_until: null, answer });
  });

  test('whose list cannot be had verifies, or with a list of the same day says nothing of its age', async () => {
    const file = await passFor(await freshGreen('410000'));
    // Chains are in the data directory; the list would have to be asked for.
    const away = await huren(['pass', 'verify', file], { ...env, HUREN_URL: NOWHERE });
    expectRefused(away, 'status_list_missing');
    const bundle = join(folder, 'bundle.json');
    await huren(['trust', 'export', '--out', bundle], env);
    const withBundle = ['--bundle', bundle, '--anchor', bundle];
    expect((await verified(file, ...withBundle)).exit).toBe(0);
    const inHours = (hours: number) => String(Math.floor(Date.now() / 1000) + hours * 3600);
    const later = await verified(file, ...withBundle, '--at', inHours(2));
    expect([later.exit, later.stdout]).toEqual([
      0,
      expect.stringMatching(/the list is (120 min|2 h) old: withdrawals since/),
    ]);
    expect((await verified(file, ...withBundle, '--at', inHours(25))).exit).toBe(1);
  });

  test.each([
    ['nothing', '', 'is empty'],
    ['a line end', '\r\n', 'is empty'],
    ['a PNG', Buffer.from('\x89PNG\r\n\x1a\n\0\0\0\rIHDR', 'latin1'), 'is a picture'],
    ['a JPEG', Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 16, 0x4a]), 'is a picture'],
    ['UTF-16', Buffer.from('\ufeffYKM1', 'utf16le'), 'is no text in UTF-8'],
  ])('a file with %s gets the advice to scan again', async (_what, content, told) => {
    const file = fileOf(content);
    for (const argv of [['pass', 'verify'], ['verify'], ['scan', '--file'], ['pass', 'revoke']]) {
      const ran = await huren([...argv, file], env);
      expect(ran.stderr).toMatch(new RegExp(`^huren: file_unreadable: .*${told}`));
      expect(ran.stderr).not.toContain('scan the code again');
      expect(ran.exit).toBe(2);
    }
  });

  test('a code from a file, as a scanner wrote it, is another one', async () => {
    const file = fileOf(`\ufeff]Q1${await freshGreen('410000')}\r\n`);
    expect((await huren(['scan', '--file', file], env)).stdout).toMatch(/^● GREEN · pass/);
    expect((await huren(['scan', 'x', '--file', file], env)).exit).toBe(2);
  });
});

describe('many codes in a file', () => {
  const codeAt = (province: string, scenario: string) => sandboxCode(codes, province, scenario).code;
  const rowsIn = (text: string) =>
    text
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((row) => row.split(','));

  test('are answered in another order, one for all, or with what somebody wrote into the file', async () => {
    const [green, red, refer] = ['green', 'red', 'red-without-ground'].map((name) => codeAt('410000', name));
    const file = fileOf(`${green}\r\n\r\n]Q1${red}\n${refer}\r${codeAt('410000', 'expired')}\nnonsense of nobody\n`);
    const ran = await huren(['scan', '--file', file, '--csv'], env);
    expect(
      rowsIn(ran.stdout).map(([line, verified, decision, , , , , problem]) => [line, verified, decision, problem]),
    ).toEqual([
      ['1', 'true', 'pass', ''],
      ['3', 'true', 'restrict', ''],
      ['4', 'true', 'refer', ''],
      ['5', 'false', '', 'code_expired'],
      ['6', 'false', '', 'code_unrecognised'],
    ]);
    expect([ran.exit, ran.stderr]).toEqual([1, '5 codes: 1 pass, 1 restrict, 1 refer, 2 without an answer\n']);
    for (const secret of [green ?? '', red ?? '', 'nonsense']) expect(ran.stdout).not.toContain(secret);
    const asJson = await huren(['scan', '--file', file, '--json'], env);
    expect(JSON.parse(asJson.stdout)).toMatchObject({ totals: { codes: 5, pass: 1, restrict: 1, refer: 1, other: 2 } });
    expect((await huren(['scan', '--file', file], env)).stdout).toMatch(/^1 +● +pass +Henan/);
  });

  test('hold a pass that somebody is asked about, or that is not verified as the page does it', async () => {
    const [good, withdrawn, elsewhere] = await Promise.all([
      passFor(await freshGreen('410000')),
      passFor(await freshGreen('410000')),
      passFor(await freshGreen('410000'), '--venue', 'shanghai-railway-station'),
    ]);
    await huren(['pass', 'revoke', withdrawn], env);
    const [pass, revoked, foreign] = [good, withdrawn, elsewhere].map((file) => readFileSync(file, 'utf8').trim());
    const altered = `${pass?.slice(0, -9)}${pass?.at(-9) === 'A' ? 'B' : 'A'}${pass?.slice(-8)}`;
    const file = fileOf([pass, codeAt('410000', 'red'), altered, revoked, foreign].join('\n'));
    const outcomes = ({ stdout }: Ran) =>
      rowsIn(stdout).map(([, verified, decision, , issuer, , , problem]) => [verified, decision, issuer, problem]);
    const expected = [
      ['true', 'pass', '410000', ''],
      ['true', 'restrict', '410000', ''],
      ['false', '', '', 'signature_invalid'],
      ['false', '', '', 'status_revoked'],
      ['false', '', '', 'pass_elsewhere'],
    ];
    expect(outcomes(await huren(['scan', '--file', file, '--csv'], env))).toEqual(expected);

    // Nobody is in reach: what is carried has to do, and where this is has to be said.
    const bundle = join(folder, 'carried.json');
    await huren(['trust', 'export', '--out', bundle], env);
    const carried = ['--bundle', bundle, '--anchor', bundle, '--destination', '440000'];
    const away = { HUREN_URL: NOWHERE, HUREN_DATA_DIR: folder };
    const alone = await huren(['scan', '--file', fileOf(`${pass}\n${foreign}\n`), '--csv', ...carried], away);
    expect(outcomes(alone)).toEqual([expected[0], expected[4]]);
    expect((await huren(['scan', '--file', good, ...carried], away)).exit).toBe(0);
    expectRefused(await huren(['scan', '--file', elsewhere, ...carried], away), 'pass_elsewhere');
    const credentials = { HUREN_CLIENT_ID: 'a', HUREN_CLIENT_SECRET: 'b', HUREN_TOKEN_ENDPOINT: 'https://as.example' };
    const unplaced = await huren(['scan', '--file', good], { ...env, ...credentials });
    expect([unplaced.exit, unplaced.stderr]).toEqual([2, expect.stringContaining('--destination')]);
  });

  test('are refused for their rate, or asked about twice after an interruption', async () => {
    const file = fileOf(`${codeAt('330000', 'green')}\n`.repeat(70));
    const out = join(folder, 'coach.csv');
    const batch = ['scan', '--file', file, '--csv', '--out', out];
    expect((await huren(batch, { ...env, HUREN_URL: NOWHERE })).exit).toBe(1);
    const whole = await huren([...batch, '--resume'], env);
    expect([whole.exit, whole.stdout]).toEqual([0, '']);
    const text = readFileSync(out, 'utf8');
    expect(rowsIn(text).map(([line]) => Number(line))).toEqual(Array.from({ length: 70 }, (_, at) => at + 1));
    writeFileSync(out, text.slice(0, Math.floor(text.length / 2)));
    const rest = await huren([...batch, '--resume'], env);
    expect(rest.stderr).toMatch(/^3\d codes: .* and 3\d before\n$/);
    expect(rowsIn(readFileSync(out, 'utf8')).map(([line]) => Number(line))).toHaveLength(70);
    expect((await huren(batch, env)).exit).toBe(2);
  });
});

describe('a pass', () => {
  test('is withdrawn by somebody who has no token, or with a text that is none', async () => {
    const none = await fetch(`${gateway.url}/v1/passes/revocations`, { method: 'POST', body: '{}' });
    expect(await none.json()).toMatchObject({ code: 'token_missing' });
    const reply = await venue.post('/v1/passes/revocations', { pass: 'no pass' });
    expect(await reply.json()).toMatchObject({ status: 400, code: 'body_invalid', detail: 'pass: token_malformed' });
  });

  test('outlives a change of the status that it stands on, or goes with that of somebody else', async () => {
    const [code, other] = [await freshGreen('310000'), await freshGreen('310000')];
    const [file, others] = [await passFor(code), await passFor(other)];
    const handle = new URL(code).pathname.slice(1);
    const { url, dataDir } = gateway;
    const changed = await signEvent({ url, dataDir, province: '310000', events: { [CHANGED]: { handle } } });
    expect((await pushEvent(url, changed)).status).toBe(202);
    expect(await isWithdrawn(file)).toBe(true);
    expect(await isWithdrawn(others)).toBe(false);
    const flush = await signEvent({ url, dataDir, province: '310000', events: { [FLUSH]: {} } });
    expect((await pushEvent(url, flush)).status).toBe(202);
    expect(await isWithdrawn(others)).toBe(true);
  });

  test('is found on a list that nobody published, or is given to nobody', async () => {
    expect((await fetch(`${gateway.url}/v1/statuslists/000000000000000000000000`)).status).toBe(404);
    expect((await fetch(`${gateway.url}/v1/statuslists/..%2f..%2fkeys`)).status).toBe(404);
    const asked = await fetch(`${gateway.url}/v1/passes`, { method: 'POST', body: '{}' });
    expect(problemSchema.parse(await asked.json())).toMatchObject({ code: 'token_missing' });
  });

  test('outlives the suspension of the province that it stands on', async () => {
    const [file, other] = [await passFor(await freshGreen('640000')), await passFor(await freshGreen('420000'))];
    await openRegistryCli(gateway).step('adapter', 'suspend', '640000', '--reason', 'other', '--as', 'operator-a');
    await expect.poll(() => isWithdrawn(file)).toBe(true);
    expect(await isWithdrawn(other)).toBe(false);
  });
});
