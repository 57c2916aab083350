import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { entityListSchema, versionDocumentSchema } from '../../schemas/registry-views.ts';
import { createActorFile } from '../keys/key-store.ts';
import { openRegistryCli, type RegistryCli } from '../test/registry-cli.ts';
import { type SandboxGateway, startSandboxGateway } from '../test/sandbox-gateway.ts';
import { unplayedProvince } from '../test/unplayed-province.ts';
import { startAlteringProxy } from './altering-proxy.fixture.ts';
import { huren } from './huren.fixture.ts';

const NOBODY = { HUREN_URL: 'http://127.0.0.1:9' };
const EXAMPLE = join(import.meta.dirname, '../../adapters/conformance/examples/120000-tianjin');
const headSchema = z.object({ seq: z.int(), prev: z.string().nullable() });
let gateway: SandboxGateway;
let cli: RegistryCli;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'huren-steps-'));
  gateway = await startSandboxGateway({ HUREN_LOG_LEVEL: 'warn' });
  cli = openRegistryCli(gateway);
});
afterAll(async () => {
  await gateway.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function headOf(name: string): Promise<z.infer<typeof headSchema>> {
  const { entityId } = await cli.actor(name);
  const listed = await fetch(`${gateway.url}/v1/registry/entities?entity_id=${encodeURIComponent(entityId)}`);
  return headSchema.parse(entityListSchema.parse(await listed.json()).entities[0]);
}

/** A key file as it lies on a machine that reaches no registry, and no sandbox. */
function carriedKey(name: string): string {
  return join(gateway.dataDir, 'keys/sandbox', name, 'registry.json');
}

test('an instance that has not followed yet is believed: a check that passed failed, an approval is not there', async ({
  onTestFinished,
}) => {
  const system = unplayedProvince(folder);
  await cli.step('registry', 'enrol', 'province:350000');
  const asked = { before: 0, after: 0 };
  const proxy = await startAlteringProxy(gateway.url, (path, text) => {
    if (!path.endsWith('/350000/versions/0.1.0')) return text;
    const view = versionDocumentSchema.parse(JSON.parse(text));
    asked[view.approvals.length === 0 ? 'before' : 'after'] += 1;
    const isFirst = asked.before === 1 && asked.after === 0;
    return JSON.stringify(isFirst || asked.after === 1 ? { ...view, check: null, approvals: [] } : view);
  });
  onTestFinished(proxy.close);
  const there = { HUREN_URL: proxy.url, HUREN_DATA_DIR: gateway.dataDir };
  const submitted = await huren(['adapter', 'submit', system, '--json'], there);
  expect([submitted.exit, JSON.parse(submitted.stdout)]).toMatchObject([0, { check: { passed: true } }]);
  expect(asked).toEqual({ before: 2, after: 0 });
  const approve = ['adapter', 'approve', '350000', '0.1.0', '--as', 'operator-a', '--json'];
  expect(JSON.parse((await huren(approve, there)).stdout)).toMatchObject({ approvals: 1 });
});

describe('a step that is signed on a machine without network', () => {
  test('asks a registry, sends something, or cannot be sent from elsewhere', async () => {
    const { seq, prev } = await headOf('operator-a');
    const out = join(folder, 'suspend.jws');
    const suspend = ['adapter', 'suspend', '640000', '--reason', 'misuse', '--key', carriedKey('operator-a')];
    const offline = ['--seq', String(seq), '--prev', prev ?? '', '--out', out];
    const signed = await huren([...suspend, ...offline, '--json'], NOBODY);
    expect([signed.exit, signed.stderr]).toEqual([0, '']);
    expect(JSON.parse(signed.stdout)).toMatchObject({ province: '640000', out, seq: seq + 1 });
    expect(await headOf('operator-a')).toEqual({ seq, prev });

    const shown = await huren(['event', 'show', out], NOBODY);
    expect(shown.stdout).toMatch(/^adapter_suspended · suspends a province's adapter\n/);
    for (const text of [/\/province +640000/, /\/reason +misuse/, new RegExp(`seq +${seq + 1} · prev ${prev}`)]) {
      expect(shown.stdout).toMatch(text);
    }

    await cli.step('event', 'send', out);
    expect(await headOf('operator-a')).toEqual(headSchema.parse(JSON.parse(signed.stdout)));
    expect(await cli.refusal('event', 'send', out)).toBe('sequence_replayed');
    await cli.step('adapter', 'resume', '640000', '--as', 'operator-a');
  });

  test('has its place in the chain only by hand', async () => {
    const out = join(folder, 'resume.jws');
    await cli.run('adapter', 'suspend', '640000', '--as', 'operator-a');
    expect((await cli.run('adapter', 'resume', '640000', '--as', 'operator-a', '--out', out)).exit).toBe(0);
    await cli.step('event', 'send', out);
  });

  test('of two events is sent by half', async () => {
    const { publicJwk } = await createActorFile(join(folder, 'second.json'), (await cli.actor('operator-b')).entityId);
    const out = join(folder, 'enrol-key.jws');
    const argv = ['registry', 'enrol-key', JSON.stringify(publicJwk), '--as', 'operator-b', '--out', out, '--json'];
    expect(JSON.parse((await cli.run(...argv)).stdout)).toMatchObject({ events: 2 });
    const sent = await cli.run('event', 'send', out, '--json');
    expect(JSON.parse(sent.stdout)).toMatchObject({ kind: 'key_activated', sent: 2, verified: true });
  });

  test('that carries scenarios cannot be sent with them', async () => {
    await cli.step('registry', 'enrol', 'province:120000');
    const out = join(folder, 'submit.jws');
    expect((await cli.run('adapter', 'submit', EXAMPLE, '--out', out)).exit).toBe(0);
    const shown = await cli.run('event', 'show', out);
    expect(shown.stdout).toMatch(/\/manifest +\d+ bytes · SHA-256 /);
    expect(await cli.refusal('event', 'send', out)).toBe('scenarios_missing');
    await cli.step('event', 'send', out, '--scenarios', join(EXAMPLE, 'fixtures/scenarios.json'));
  });

  test('writes over what was signed before', async () => {
    const out = join(folder, 'kept.jws');
    writeFileSync(out, 'kept');
    const ran = await cli.run('adapter', 'suspend', '640000', '--as', 'operator-a', '--out', out);
    expect(ran).toMatchObject({ exit: 2, stderr: expect.stringContaining('usage_invalid') });
    expect(readFileSync(out, 'utf8')).toBe('kept');
  });

  test.each([
    ['--seq', '3'],
    ['--prev', 'A'.repeat(43)],
    ['--seq', '0', '--prev', 'A'.repeat(43)],
    ['--seq', 'three'],
    ['--prev', 'short'],
    ['--at', 'tomorrow'],
  ])('is signed at a place that is none: %s %s %s %s', async (...place) => {
    const out = join(folder, 'never.jws');
    const argv = ['adapter', 'suspend', '640000', '--key', carriedKey('operator-a'), '--out', out];
    expect(await huren([...argv, ...place], NOBODY)).toMatchObject({ exit: 2 });
    expect(existsSync(out)).toBe(false);
  });

  test('is sent although its place was given for a file', async () => {
    const ran = await cli.run('adapter', 'suspend', '640000', '--as', 'operator-a', '--seq', '3');
    expect(ran).toMatchObject({ exit: 2, stderr: expect.stringContaining('--out') });
  });
});

describe('event send', () => {
  test.each(['', 'a.b.c', '{}'])('%j is posted', async (text) => {
    const file = join(folder, 'malformed.jws');
    writeFileSync(file, text);
    const ran = await huren(['event', 'send', file], NOBODY);
    expect(ran).toMatchObject({ exit: 1, stderr: expect.stringContaining('event_malformed') });
  });
});

describe('what is suggested', () => {
  const withoutSigner = ['adapter', 'approve', '410000', '1.0.0'];

  test('names a part of the sandbox where there is no sandbox', async () => {
    const nowhere = { HUREN_URL: gateway.url };
    const refused = await huren(withoutSigner, nowhere);
    expect(refused.stderr).toContain('--key FILE');
    const help = await huren(['adapter', 'suspend', '--help'], nowhere);
    expect(help.stdout).toMatch(/\$ huren adapter suspend .*--key FILE\n/);
    expect(`${refused.stderr}${help.stdout.split('Example:')[1]}`).not.toContain('--as');
  });

  test('does not name it where there is one', async () => {
    expect((await cli.run(...withoutSigner)).stderr).toContain('--as anchor|operator-a');
    expect((await cli.run('adapter', 'suspend', '--help')).stdout).toMatch(/\$ huren .*--as operator-a\n/);
  });

  test('says a library’s words, or in one language, about a file', async () => {
    const file = join(folder, 'enrolment.json');
    writeFileSync(file, JSON.stringify({ entity_id: 'https://a.example', role: 'king' }));
    expect((await cli.run('registry', 'enrol', file)).stderr).toMatch(/\/role: must be one of: province, operator/);
    expect((await cli.run('registry', 'enrol', file, '--lang', 'zh')).stderr).toMatch(/\/role：应为：province、/);
  });
});
