import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { sandboxCodesSchema } from '../../adapters/sandbox/protocol.ts';
import {
  adapterListSchema,
  entityListSchema,
  mandateListSchema,
  policyListSchema,
} from '../../schemas/registry-views.ts';
import { huren, type Ran } from '../cli/huren.fixture.ts';
import { signEvent } from '../registry/sign-event.ts';
import { type Actor, openSignerFile, readSignerFile } from '../registry/signer-file.ts';
import { sandboxSignerPath } from '../sandbox-actors.ts';
import { type SandboxGateway, startSandboxGateway } from './sandbox-gateway.ts';
import { openVenueClient, type VenueClient } from './venue-client.ts';

const EXAMPLE = join(import.meta.dirname, '../../adapters/conformance/examples/120000-tianjin');
const FOLLOW_WITHIN_MS = 1_000;
const chineseSchema = z.string().regex(/\p{Script=Han}/u);
const bothSchema = z.strictObject({ zh: chineseSchema, en: z.string().min(1) });
const refusalSchema = z.strictObject({ code: z.string(), text: bothSchema, next: bothSchema });
const enteredSchema = z.looseObject({ index: z.int(), size: z.int(), verified: z.literal(true) });

let gateway: SandboxGateway;
let venue: VenueClient;
let scratch: string;
let folder: string;
let green: string;

beforeAll(async () => {
  gateway = await startSandboxGateway({ HUREN_LOG_LEVEL: 'warn' });
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

function run(...argv: string[]): Promise<Ran> {
  return huren(argv, { HUREN_URL: gateway.url, HUREN_DATA_DIR: gateway.dataDir });
}

/** Runs a signed step and holds its receipt: in the log, under the pinned key. */
async function step(...argv: string[]) {
  const ran = await run(...argv, '--json');
  expect([ran.exit, ran.stderr], argv.join(' ')).toEqual([0, '']);
  return enteredSchema.parse(JSON.parse(ran.stdout));
}

/** Runs a step that must be refused, and gives its code. Every refusal says what to do next, in both languages. */
async function refusal(...argv: string[]): Promise<string> {
  const ran = await run(...argv, '--json', '--lang', 'en');
  const { code, text, next } = refusalSchema.parse(JSON.parse(ran.stdout));
  expect([ran.exit, ran.stderr], argv.join(' ')).toEqual([1, `huren: ${code}: ${text.en}\n  next: ${next.en}\n`]);
  return code;
}

async function actorOf(name: string): Promise<Actor> {
  const actor = await readSignerFile(sandboxSignerPath(gateway.dataDir, name));
  if (actor === null) throw new Error(`the sandbox has no ${name}`);
  return actor;
}

/** The problem code that a scan leads to, or its decision. */
async function outcome(code: string): Promise<string> {
  const reply = await venue.post('/v1/verifications', { code, purpose: 'medical_visit' });
  const answer = z.object({ code: z.string().optional(), decision: z.string().optional() }).parse(await reply.json());
  return answer.code ?? answer.decision ?? '';
}

async function msUntil(wanted: string): Promise<number> {
  const from = performance.now();
  await expect.poll(() => outcome(green), { interval: 10, timeout: 5_000 }).toBe(wanted);
  return performance.now() - from;
}

async function bodyOf<T extends z.ZodType>(path: string, schema: T): Promise<z.output<T>> {
  return schema.parse(await (await fetch(`${gateway.url}${path}`)).json());
}

describe('the seventeenth province, against a running gateway', () => {
  test('a code that nobody registered is answered', async () => {
    expect(await outcome(green)).toBe('code_unrecognised');
  });

  test('the folder does not pass where its author checks and tests it', async () => {
    expect(await run('adapter', 'check', folder)).toMatchObject({ exit: 0 });
    expect(await run('adapter', 'test', folder)).toMatchObject({ exit: 0 });
  });

  test('a province that nobody enrolled submits, or is not told how to be enrolled', async () => {
    expect(await refusal('adapter', 'submit', folder)).toBe('not_enrolled');
    const stranger = join(scratch, 'stranger.json');
    await openSignerFile(stranger, 'https://province.example/120000');
    expect(await refusal('adapter', 'submit', folder, '--key', stranger)).toBe('not_enrolled');
    expect((await run('adapter', 'submit', folder)).stderr).toContain('huren registry enrol province:120000');
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
    expect(JSON.parse(ran.stdout)).toMatchObject({ province: '120000', version: '0.1.0', passed: true });
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
    expect(await msUntil('pass')).toBeLessThan(FOLLOW_WITHIN_MS);
    const scan = await run('scan', green, '--json');
    expect(JSON.parse(scan.stdout)).toMatchObject({ decision: 'pass', verified: true, issuer: { province: '120000' } });
  });

  test('a suspension takes longer than a second, or is lifted by who was suspended', async () => {
    await step('adapter', 'suspend', '120000', '--reason', 'wrong_answers', '--as', 'operator-a');
    expect(await msUntil('adapter_suspended')).toBeLessThan(FOLLOW_WITHIN_MS);
    expect(await refusal('adapter', 'resume', '120000')).toBe('suspension_not_yours');
    await step('adapter', 'resume', '120000', '--as', 'operator-b');
    expect(await msUntil('pass')).toBeLessThan(FOLLOW_WITHIN_MS);
  });

  test('a newer version cannot be taken back at once', async () => {
    const newer = copyOf('0.2.0');
    await step('adapter', 'submit', newer);
    for (const operator of ['operator-a', 'operator-b']) {
      await step('adapter', 'approve', '120000', '0.2.0', '--as', operator, '--dir', newer);
    }
    await step('adapter', 'activate', '120000', '0.2.0', '--canary', '50');
    await step('adapter', 'activate', '120000', '0.2.0', '--full');
    await expect.poll(() => adapterOf(green), { interval: 10, timeout: 5_000 }).toMatch(/^120000@0\.2\.0#/);
    await step('adapter', 'rollback', '120000');
    const from = performance.now();
    await expect.poll(() => adapterOf(green), { interval: 10, timeout: 5_000 }).toMatch(/^120000@0\.1\.0#/);
    expect(performance.now() - from).toBeLessThan(FOLLOW_WITHIN_MS);
    expect(await refusal('adapter', 'rollback', '120000')).toBe('rollback_target');
  });

  test('an event is replayed, skipped over or forked', async () => {
    const shown = await run('log', 'show', '--from', '0', '--to', '400', '--json');
    const entries = z.object({ entries: z.array(z.object({ kind: z.string(), event: z.string() })) });
    const approval = entries
      .parse(JSON.parse(shown.stdout))
      .entries.findLast(({ kind }) => kind === 'adapter_approved');
    expect(await refusal('registry', 'post', fileOf('replayed', approval?.event ?? ''))).toBe('sequence_replayed');
    const actor = await actorOf('operator-a');
    const { entityId, signer } = actor;
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

describe('mandates and policies', () => {
  const flags = ['--regions', '42', '--kinds', 'hospital', '--purposes', 'medical_visit', '--title', 'A notice'];

  test('a mandate is issued by somebody else than the anchor, or twice', async () => {
    const issue = ['mandate', 'issue', '--id', 'hubei-hospitals', ...flags, '--citation', 'Notice 1'];
    expect(await refusal(...issue, '--as', 'operator-a')).toBe('mandate_issuer');
    await step(...issue);
    expect(await refusal(...issue)).toBe('mandate_exists');
    await step('mandate', 'revoke', 'hubei-hospitals');
    expect(await refusal('mandate', 'revoke', 'hubei-hospitals')).toBe('mandate_ended');
    const { mandates } = mandateListSchema.parse(JSON.parse((await run('mandate', 'list', '--json')).stdout));
    expect(mandates.find(({ mandate }) => mandate.id === 'hubei-hospitals')?.state).toBe('revoked');
  });

  test('a mandate without a legal instrument is signed', async () => {
    const ran = await run('mandate', 'issue', '--id', 'nothing-behind-it', ...flags);
    expect(ran).toMatchObject({ exit: 2, stderr: expect.stringContaining('mandate_invalid') });
    expect(ran.stderr).toContain('/instrument/citation');
  });

  test("a destination's table is withdrawn by another province", async () => {
    expect(await refusal('policy', 'withdraw', '440000', '--as', 'province:410000')).toBe('province_foreign');
    await step('policy', 'withdraw', '440000');
    expect(await refusal('policy', 'withdraw', '440000')).toBe('policy_unknown');
  });
});

describe('keys', () => {
  test('a key signs before it is enrolled, or after it is revoked', async () => {
    const path = join(scratch, 'second-key.json');
    const { entityId } = await actorOf('operator-b');
    const { publicJwk } = await openSignerFile(path, entityId);
    const suspend = ['adapter', 'suspend', '640000', '--key', path];
    expect(await refusal(...suspend)).toBe('key_unknown');
    await step('registry', 'enrol-key', JSON.stringify(publicJwk), '--as', 'operator-b');
    await step(...suspend);
    await step('adapter', 'resume', '640000', '--key', path);
    await step('registry', 'revoke-key', publicJwk.kid, '--as', 'operator-b');
    expect(await refusal(...suspend)).toBe('key_not_active');
  });

  test('a private key is taken for a public one, or quoted', async () => {
    const secret = readFileSync(sandboxSignerPath(gateway.dataDir, 'operator-a'), 'utf8');
    const { jwk } = z.object({ jwk: z.looseObject({ d: z.string() }) }).parse(JSON.parse(secret));
    const ran = await run('registry', 'enrol-key', JSON.stringify(jwk), '--as', 'operator-a');
    expect(ran).toMatchObject({ exit: 2, stderr: expect.stringContaining('enrolment_invalid') });
    expect(ran.stderr + ran.stdout).not.toContain(jwk.d);
  });

  test('nobody is named and somebody signs', async () => {
    const ran = await huren(['adapter', 'approve', '410000', '1.0.0'], { HUREN_URL: gateway.url });
    expect(ran).toMatchObject({ exit: 2, stderr: expect.stringContaining('signer_missing') });
  });
});

describe('the published state', () => {
  test('is another than documented', async () => {
    await bodyOf('/v1/registry/adapters', adapterListSchema);
    await bodyOf('/v1/registry/entities', entityListSchema);
    await bodyOf('/v1/registry/policies', policyListSchema);
  });
});

describe('log verify', () => {
  test('a sound log beside its running gateway is doubted', async () => {
    const kept = join(scratch, 'checkpoint');
    expect(await run('log', 'checkpoint', '--save', kept)).toMatchObject({ exit: 0 });
    await step('adapter', 'suspend', '640000', '--as', 'operator-a');
    const grown = await run('log', 'checkpoint', '--save', kept, '--lang', 'en');
    expect(grown.stdout).toContain('consistency proof verified');
    const ran = await run('log', 'verify', '--checkpoint', kept, '--json');
    expect([ran.exit, ran.stderr]).toEqual([0, '']);
    const audit = z
      .object({ verified: z.literal(true), size: z.int(), signed_size: z.int() })
      .parse(JSON.parse(ran.stdout));
    expect(audit.signed_size).toBe(audit.size);
  });

  test('a changed row goes unnoticed or unnamed', async () => {
    const ran = await verifyTampered((log) =>
      log.exec("UPDATE entry SET bytes = CAST(bytes || 'x' AS BLOB) WHERE idx = 40"),
    );
    expect(ran.exit).toBe(1);
    expect(ran.stderr).toMatch(/^huren: log_invalid: .*entry 40/);
    expect(findingsOf(ran)).toContainEqual(expect.objectContaining({ code: 'entry_changed', entry: 40 }));
  });

  test('a removed row goes unnoticed', async () => {
    const ran = await verifyTampered((log) => log.exec('DELETE FROM entry WHERE idx = 7'));
    expect(findingsOf(ran)).toContainEqual(expect.objectContaining({ code: 'entry_missing', entry: 7 }));
  });

  test('a store put back whole goes unnoticed against a checkpoint kept elsewhere', async () => {
    const kept = join(scratch, 'kept-before');
    const early = storeCopy();
    await step('adapter', 'resume', '640000', '--as', 'operator-a');
    await run('log', 'checkpoint', '--save', kept);
    expect((await run('log', 'verify', '--store', early)).exit).toBe(0);
    const ran = await run('log', 'verify', '--store', early, '--checkpoint', kept, '--json');
    expect(findingsOf(ran)).toContainEqual(expect.objectContaining({ code: 'rolled_back' }));
  });

  test('it believes the log about whom to believe', async () => {
    const ran = await huren(['log', 'verify', '--store', storeCopy()]);
    expect(ran).toMatchObject({ exit: 2, stderr: expect.stringContaining('registry_unpinned') });
  });

  test("a stranger's log key is taken for the log's", async () => {
    const anchor = JSON.parse(readFileSync(join(gateway.dataDir, 'anchor.json'), 'utf8'));
    const [other] = z
      .object({ log_keys: z.tuple([z.string()]) })
      .parse(anchor.registry)
      .log_keys.map((key) => key);
    const strange = join(scratch, 'strange-anchor.json');
    const name = other?.split('+')[0] ?? '';
    // The note key of RFC 8032's first test vector under the same name.
    const key = Buffer.concat([
      Buffer.of(1),
      Buffer.from('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a', 'hex'),
    ]);
    const id = await noteKeyId(name, key);
    anchor.registry.log_keys = [`${name}+${id}+${key.toString('base64')}`];
    writeFileSync(strange, JSON.stringify(anchor));
    const ran = await run('log', 'verify', '--anchor', strange, '--json');
    expect(findingsOf(ran).map(({ code }) => code)).toContain('checkpoint_forged');
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

/** A copy of the store as it is now, whole: what its writer has in the write-ahead log included. */
function storeCopy(): string {
  const path = join(mkdtempSync(join(scratch, 'store-')), 'log.sqlite');
  const live = new DatabaseSync(join(gateway.dataDir, 'log.sqlite'), { readOnly: true });
  live.exec(`VACUUM INTO '${path}'`);
  live.close();
  return path;
}

async function verifyTampered(tamper: (log: DatabaseSync) => void): Promise<Ran> {
  const path = storeCopy();
  const log = new DatabaseSync(path);
  tamper(log);
  log.close();
  return await run('log', 'verify', '--store', path, '--json', '--lang', 'en');
}

function findingsOf({ stdout }: Ran) {
  const schema = z.object({ findings: z.array(z.object({ code: z.string(), entry: z.int().nullable() })) });
  return schema.parse(JSON.parse(stdout)).findings;
}

async function noteKeyId(name: string, key: Buffer): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', Buffer.concat([Buffer.from(`${name}\n`), key]));
  return Buffer.from(digest).subarray(0, 4).toString('hex');
}
