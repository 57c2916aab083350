import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { conformanceReportSchema } from '../../schemas/conformance-report.ts';
import { entityListSchema } from '../../schemas/registry-views.ts';
import { sandboxCodesSchema } from '../../schemas/sandbox.ts';
import { createActorFile } from '../keys/key-store.ts';
import { signEvent } from '../trust/registry-event.ts';
import { openRegistryCli, type RegistryCli } from './registry-cli.ts';
import { type SandboxGateway, startSandboxGateway } from './sandbox-gateway.ts';
import { unplayedProvince } from './unplayed-province.ts';
import { openVenueClient, type VenueClient } from './venue-client.ts';

const EXAMPLE = join(import.meta.dirname, '../../adapters/conformance/examples/120000-tianjin');
let gateway: SandboxGateway;
let run: RegistryCli['run'];
let step: RegistryCli['step'];
let refusal: RegistryCli['refusal'];
let actor: RegistryCli['actor'];
let venue: VenueClient;
let scratch: string;
let folder: string;
let green: string;

beforeAll(async () => {
  gateway = await startSandboxGateway({ HUREN_LOG_LEVEL: 'warn' });
  ({ run, step, refusal, actor } = openRegistryCli(gateway));
  venue = await openVenueClient(gateway.url);
  scratch = mkdtempSync(join(tmpdir(), 'huren-lifecycle-'));
  folder = copyOf('0.1.0');
  const codes = await (await fetch(`${gateway.url}/sandbox/codes?unregistered=1`)).json();
  const found = sandboxCodesSchema.parse(codes).find(({ scenario }) => scenario === 'green');
  green = found?.code ?? '';
});
afterAll(async () => {
  rmSync(scratch, { recursive: true, force: true });
  await gateway.stop();
});

/** The example folder as another version of itself. */
function copyOf(version: string): string {
  const path = join(scratch, version, '120000-tianjin');
  cpSync(EXAMPLE, path, { recursive: true });
  const file = join(path, 'manifest.json');
  writeFileSync(file, readFileSync(file, 'utf8').replace('"version": "0.1.0"', `"version": "${version}"`));
  return path;
}

/** The problem code that a scan leads to, or its decision. */
async function outcome(code: string): Promise<string> {
  const reply = await venue.post('/v1/verifications', { code, purpose: 'medical_visit' });
  const answer = z.object({ code: z.string().optional(), decision: z.string().optional() }).parse(await reply.json());
  return answer.code ?? answer.decision ?? '';
}

/** A scan leads to it, without a restart; how soon is told by the nation's drill. */
async function becomes(wanted: string): Promise<void> {
  await expect.poll(() => outcome(green), { interval: 10 }).toBe(wanted);
}

async function bodyOf<T extends z.ZodType>(path: string, schema: T): Promise<z.output<T>> {
  return schema.parse(await (await fetch(`${gateway.url}${path}`)).json());
}

describe('a province that the sandbox never played', () => {
  test('cannot be scanned once it is registered, or only after a restart', async () => {
    const path = unplayedProvince(scratch);
    await step('registry', 'enrol', 'province:350000');
    await step('adapter', 'submit', path);
    await step('adapter', 'approve', '350000', '0.1.0', '--as', 'operator-a', '--dir', path);
    await step('adapter', 'approve', '350000', '0.1.0', '--as', 'operator-b', '--dir', path);
    await step('adapter', 'activate', '350000', '0.1.0');
    const ran = await run('demo', '--province', '350000', '--json');
    expect([ran.exit, ran.stderr]).toEqual([0, '']);
    const { passed, failed } = z.object({ passed: z.int(), failed: z.int() }).parse(JSON.parse(ran.stdout));
    expect([passed > 5, failed]).toEqual([true, 0]);
    const report = await run('adapter', 'report', '350000', '0.1.0', '--json');
    expect(conformanceReportSchema.parse(JSON.parse(report.stdout)).level).toBe('live');
  });
});

// One story: a step stands on what the steps before it have registered.
describe('the seventeenth province, against a running gateway', { shuffle: false }, () => {
  test('a code that nobody registered is answered', async () => {
    expect(await outcome(green)).toBe('code_unrecognised');
  });

  test('the folder does not pass where its author checks and tests it', async () => {
    for (const how of ['check', 'test']) {
      const { exit, stdout } = await run('adapter', how, folder, '--json');
      const { findings } = conformanceReportSchema.parse(JSON.parse(stdout));
      expect([exit, findings], how).toEqual([0, []]);
    }
  });

  test('a province that nobody enrolled submits, or is not told how to be enrolled', async () => {
    expect(await refusal('adapter', 'submit', folder)).toBe('not_enrolled');
    const stranger = join(scratch, 'stranger.json');
    await createActorFile(stranger, 'https://province.example/120000');
    expect(await refusal('adapter', 'submit', folder, '--key', stranger)).toBe('not_enrolled');
    expect((await run('adapter', 'submit', folder)).stderr).toContain('huren registry enrol province:120000');
    const another = await run('adapter', 'submit', folder, '--as', 'province:360000');
    expect(another.stderr).toContain('huren registry enrol province:360000');
    expect(another.stderr).not.toContain('120000');
  });

  test('somebody else than the anchor enrols it', async () => {
    expect(await refusal('registry', 'enrol', 'province:120000', '--as', 'operator-a')).toBe('role_not_entitled');
    await step('registry', 'enrol', 'province:120000');
  });

  test("another province's adapter is submitted by it", async () => {
    expect(await refusal('adapter', 'submit', folder, '--as', 'province:410000')).toBe('province_foreign');
  });

  test('what is submitted is not checked by the gateway itself', async () => {
    await step('adapter', 'submit', folder);
    const ran = await run('adapter', 'report', '120000', '0.1.0', '--json');
    expect(ran.exit).toBe(0);
    const report = conformanceReportSchema.parse(JSON.parse(ran.stdout));
    expect(report).toMatchObject({ province: '120000', version: '0.1.0', level: 'live', passed: true, findings: [] });
    expect(report.latency?.calls).toBeGreaterThan(0);
  });

  test('the same version is given other bytes', async () => {
    expect(await refusal('adapter', 'submit', folder)).toBe('version_exists');
  });

  test('it is activated without approvals, or by its own or one operator alone', async () => {
    expect(await refusal('adapter', 'activate', '120000', '0.1.0')).toBe('approvals_missing');
    expect(await refusal('adapter', 'approve', '120000', '0.1.0', '--as', 'province:120000')).toBe('self_approval');
    expect(await refusal('adapter', 'approve', '120000', '0.1.0', '--as', 'province:410000')).toBe('role_not_entitled');
    await step('adapter', 'approve', '120000', '0.1.0', '--as', 'operator-a', '--dir', folder);
    expect(await refusal('adapter', 'approve', '120000', '0.1.0', '--as', 'operator-a')).toBe('approval_repeated');
    expect(await refusal('adapter', 'activate', '120000', '0.1.0', '--as', 'operator-a')).toBe('approvals_missing');
  });

  test('an operator approves other bytes than those submitted', async () => {
    const other = copyOf('0.1.9');
    expect(await refusal('adapter', 'approve', '120000', '0.1.0', '--as', 'operator-b', '--dir', other)).toBe(
      'digest_mismatch',
    );
  });

  test('its codes do not scan once it is active, or only after a restart', async () => {
    await step('adapter', 'approve', '120000', '0.1.0', '--as', 'operator-b', '--dir', folder);
    await step('adapter', 'activate', '120000', '0.1.0');
    await becomes('pass');
    const scan = await run('scan', green, '--json');
    expect(JSON.parse(scan.stdout)).toMatchObject({ decision: 'pass', verified: true, issuer: { province: '120000' } });
  });

  test('a suspension is only in force after a restart, or is lifted by who was suspended', async () => {
    await step('adapter', 'suspend', '120000', '--reason', 'wrong_answers', '--as', 'operator-a');
    await becomes('adapter_suspended');
    expect(await refusal('adapter', 'resume', '120000')).toBe('suspension_not_yours');
    await step('adapter', 'resume', '120000', '--as', 'operator-b');
    await becomes('pass');
  });

  test('a newer version cannot be taken back at once', async () => {
    const newer = copyOf('0.2.0');
    await step('adapter', 'submit', newer);
    for (const operator of ['operator-a', 'operator-b']) {
      await step('adapter', 'approve', '120000', '0.2.0', '--as', operator, '--dir', newer);
    }
    await step('adapter', 'activate', '120000', '0.2.0', '--canary', '50');
    await step('adapter', 'activate', '120000', '0.2.0', '--full');
    await expect.poll(() => adapterOf(green), { interval: 10 }).toMatch(/^120000@0\.2\.0#/);
    await step('adapter', 'rollback', '120000');
    await expect.poll(() => adapterOf(green), { interval: 10 }).toMatch(/^120000@0\.1\.0#/);
    expect(await refusal('adapter', 'rollback', '120000')).toBe('rollback_target');
  });

  test('a version that agrees with itself but not with its upstream is moved on', async () => {
    const wrong = copyOf('0.3.0');
    for (const file of ['manifest.json', 'fixtures/scenarios.json']) {
      const path = join(wrong, file);
      writeFileSync(
        path,
        readFileSync(path, 'utf8').replaceAll('/color"', '/shade"').replaceAll('"color":', '"shade":'),
      );
    }
    expect((await run('adapter', 'check', wrong)).exit).toBe(0);
    expect((await run('adapter', 'submit', wrong)).exit).toBe(1);
    const ran = await run('adapter', 'report', '120000', '0.3.0', '--json');
    const { level, passed, findings } = conformanceReportSchema.parse(JSON.parse(ran.stdout));
    expect([ran.exit, level, passed]).toEqual([1, 'live', false]);
    expect(findings.map(({ code }) => code)).toContain('live_status');
    expect(await refusal('adapter', 'approve', '120000', '0.3.0', '--as', 'operator-a')).toBe('check_failed');
    expect(await outcome(green)).toBe('pass');
  });

  test('an event is replayed, skipped over or forked', async () => {
    const shown = await run('log', 'show', '--from', '0', '--to', '400', '--json');
    const entries = z.object({ entries: z.array(z.object({ kind: z.string(), event: z.string() })) });
    const approval = entries
      .parse(JSON.parse(shown.stdout))
      .entries.findLast(({ kind }) => kind === 'adapter_approved');
    expect(await refusal('registry', 'post', fileOf('replayed', approval?.event ?? ''))).toBe('sequence_replayed');
    const { entityId, signer } = await actor('operator-a');
    const [entity] = (await bodyOf(`/v1/registry/entities?entity_id=${entityId}`, entityListSchema)).entities;
    const { seq, prev } = entity ?? { seq: 0, prev: null };
    const suspend = { kind: 'adapter_suspended', body: { province: '120000', reason: 'other' } } as const;
    const nowS = Math.floor(Date.now() / 1000);
    const ahead = await signEvent(signer, { entityId, seq: seq + 1, prev }, suspend, nowS);
    expect(await refusal('registry', 'post', fileOf('ahead', ahead.jws))).toBe('sequence_gap');
    const forked = await signEvent(signer, { entityId, seq, prev: 'A'.repeat(43) }, suspend, nowS);
    expect(await refusal('registry', 'post', fileOf('forked', forked.jws))).toBe('chain_forked');
    const [header, payload] = forked.jws.split('.');
    const forged = `${header}.${payload}.${'A'.repeat(86)}`;
    expect(await refusal('registry', 'post', fileOf('forged', forged))).toBe('signature_invalid');
  });

  test('a sandbox that demonstrates itself is upset by what was registered', async () => {
    const { failed } = z.object({ failed: z.int() }).parse(JSON.parse((await run('demo', '--json')).stdout));
    expect(failed).toBe(0);
  });
});

function fileOf(name: string, text: string): string {
  const path = join(scratch, `${name}.jws`);
  writeFileSync(path, text);
  return path;
}

async function adapterOf(code: string): Promise<string> {
  const { attestation } = await venue.verify(code);
  const payload = Buffer.from(attestation.split('.')[1] ?? '', 'base64url').toString('utf8');
  return z.object({ adapter: z.string() }).parse(JSON.parse(payload)).adapter;
}
