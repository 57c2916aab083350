import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import {
  adapterListSchema,
  entityListSchema,
  mandateListSchema,
  policyListSchema,
} from '../../schemas/registry-views.ts';
import { huren, type Ran } from '../cli/huren.fixture.ts';
import { createActorFile } from '../keys/key-store.ts';
import { sandboxSignerPath } from '../sandbox/actors.ts';
import { openRegistryCli, type RegistryCli } from './registry-cli.ts';
import { type SandboxGateway, startSandboxGateway } from './sandbox-gateway.ts';

let gateway: SandboxGateway;
let run: RegistryCli['run'];
let step: RegistryCli['step'];
let refusal: RegistryCli['refusal'];
let actor: RegistryCli['actor'];
let scratch: string;

beforeAll(async () => {
  gateway = await startSandboxGateway({ HUREN_LOG_LEVEL: 'warn' });
  ({ run, step, refusal, actor } = openRegistryCli(gateway));
  scratch = mkdtempSync(join(tmpdir(), 'huren-records-'));
});
afterAll(async () => {
  rmSync(scratch, { recursive: true, force: true });
  await gateway.stop();
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
    const { entityId } = await actor('operator-b');
    const { publicJwk } = await createActorFile(path, entityId);
    const suspend = ['adapter', 'suspend', '640000', '--key', path];
    expect(await refusal(...suspend)).toBe('key_unknown');
    await step('registry', 'enrol-key', JSON.stringify(publicJwk), '--as', 'operator-b');
    await step(...suspend);
    await step('adapter', 'resume', '640000', '--key', path);
    await step('registry', 'revoke-key', '--kid', publicJwk.kid, '--as', 'operator-b');
    expect(await refusal(...suspend)).toBe('key_not_active');
  });

  test('an operator with a key file of its own cannot be enrolled, sign, or be removed for good', async () => {
    const path = join(scratch, 'operator-c.json');
    const entity = 'https://operator.example/c';
    const made = await run('registry', 'new-signer', path, '--entity', entity);
    expect(made.stdout).not.toContain('"d"');
    expect(await run('registry', 'new-signer', path, '--entity', entity)).toMatchObject({ exit: 2 });
    const name = { zh: '国家运营者丙（沙箱）', en: 'National operator C (sandbox)' };
    const enrolment = join(scratch, 'enrolment.json');
    writeFileSync(enrolment, JSON.stringify({ ...JSON.parse(made.stdout), role: 'operator', name }));
    const suspend = ['adapter', 'suspend', '520000', '--key', path];
    expect(await refusal(...suspend)).toBe('not_enrolled');
    await step('registry', 'enrol', enrolment);
    expect(await refusal('registry', 'enrol', enrolment)).toBe('entity_exists');
    await step(...suspend);
    await step('registry', 'remove', entity);
    expect(await refusal('adapter', 'resume', '520000', '--key', path)).toBe('signer_removed');
    await step('adapter', 'resume', '520000', '--as', 'operator-a');
  });

  test('a private key is taken for a public one, or quoted', async () => {
    const secret = readFileSync(sandboxSignerPath(gateway.dataDir, 'operator-a'), 'utf8');
    const ring = z.object({ keys: z.array(z.object({ kid: z.string(), jwk: z.looseObject({ d: z.string() }) })) });
    const [key] = ring.parse(JSON.parse(secret)).keys;
    const jwk = { d: '', ...key?.jwk, kid: key?.kid };
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
    const shown = { adapters: adapterListSchema, entities: entityListSchema, policies: policyListSchema };
    for (const [name, schema] of Object.entries(shown)) {
      const document: unknown = await (await fetch(`${gateway.url}/v1/registry/${name}`)).json();
      // Parsing drops what is not documented, so nothing may be missing afterwards.
      expect(schema.parse(document), name).toEqual(document);
    }
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
    await step('adapter', 'resume', '640000', '--as', 'operator-a');
  });

  test('a witness cosigns what does not continue what it saw, or before its key is in the log', async () => {
    const [key, seen] = [join(scratch, 'witness.json'), join(scratch, 'seen')];
    const province = `${gateway.url}/provinces/440000`;
    const witness = ['log', 'witness', '--entity', province, '--seen', seen];
    await run('keys', 'new', '--owner', 'witness', '--use', 'witness');
    expect(await refusal(...witness)).toBe('event_unauthorised');
    const half = await run('registry', 'public-key', '--owner', 'witness', '--use', 'witness');
    writeFileSync(key, half.stdout);
    await step('registry', 'enrol-key', key, '--use', 'witness', '--as', 'province:440000');
    const first = await run(...witness, '--lang', 'en');
    expect([first.exit, first.stderr]).toEqual([0, '']);
    await step('adapter', 'suspend', '640000', '--as', 'operator-a');
    await step('adapter', 'resume', '640000', '--as', 'operator-a');
    const next = await run(...witness, '--lang', 'en');
    expect(next.stdout).toMatch(/ continues the \d+ entries seen before\n$/);
    const cosigned = await (await fetch(`${gateway.url}/v1/log/checkpoint/cosigned`)).text();
    expect(cosigned).toContain(`\n— ${province.replace('http://', '')} `);
    expect(cosigned.split('\n')[1]).toBe(/ (\d+) {2}continues/.exec(next.stdout)?.[1]);
    const note = readFileSync(seen, 'utf8');
    writeFileSync(seen, note.replace(/\n\d+\n/, '\n1\n'));
    expect(await refusal(...witness)).toBe('checkpoint_refused');
    expect(readFileSync(seen, 'utf8')).not.toBe(note);
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
    await step('adapter', 'suspend', '640000', '--as', 'operator-a');
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
