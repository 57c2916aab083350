import { chmodSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeProtectedHeader, importJWK, jwtVerify } from 'jose';
import { sm2 } from 'sm-crypto-v2';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ABROAD, type ProvinceCode } from '../../schemas/code-lists/index.ts';
import { recordReplySchema, type SandboxCode, sandboxCodesSchema } from '../../schemas/sandbox.ts';
import { DISCLOSABLE_CLAIMS, STATEMENT_TYP, statementPayloadSchema } from '../../schemas/statement.ts';
import type { AdapterAnswer } from '../adapter.ts';
import { loadProvinces } from '../provinces/index.ts';
import { compileRecognisers } from '../recogniser.ts';
import { loadOrCreateKey, uncompressedPoint } from './keys.ts';
import {
  adapterOf,
  control,
  controlled,
  ENTITY_OF_HENAN,
  type ForkedSandbox,
  forkSandbox,
  setFault,
  upstreamOf,
} from './sandbox.fixture.ts';
import { StatementKeys } from './statement-keys.ts';

let sandbox: ForkedSandbox;
let codes: SandboxCode[];
const folders = loadProvinces();
const recognise = compileRecognisers(folders.map(({ manifest }) => manifest));
const provinces = folders.map(({ manifest }) => manifest.province);

beforeAll(async () => {
  sandbox = await forkSandbox();
  codes = await controlled(sandbox, sandboxCodesSchema, 'GET', '/codes');
});
afterAll(async () => await sandbox.stop());

function tokenOf(code: string): string {
  const recognition = recognise(code);
  if (recognition === null) throw new Error('the code is not recognised');
  return recognition.token;
}

function scenario(province: ProvinceCode, name: string): SandboxCode {
  const found = codes.find((code) => code.province === province && code.scenario === name);
  if (found === undefined) throw new Error(`${province} has no scenario ${name}`);
  return found;
}

async function scan(province: ProvinceCode, code: string): Promise<AdapterAnswer> {
  return await adapterOf(sandbox, province).ask(tokenOf(code));
}

/** What the adapter alone can tell of an expectation: the colour before anybody substantiates it. */
function agrees(answer: AdapterAnswer, { expected }: SandboxCode): boolean {
  if ('problem' in expected) {
    return answer.kind === 'absent' && (answer.why === 'expired') === (expected.problem === 'code_expired');
  }
  if (answer.kind === 'absent') return false;
  const { status, flags } = answer.translation.claims;
  const judgedLater = ['unsubstantiated', 'origin_contradicts'].includes(expected.reason ?? '');
  if (judgedLater || flags.includes('limited_movement')) return status === 'red' || status === 'yellow';
  return status === expected.status;
}

describe('every scenario over real HTTP', () => {
  test('each leads to the answer that its fixture declares', async () => {
    const failures: string[] = [];
    for (const code of codes.filter(({ venue }) => venue === undefined)) {
      if (!agrees(await scan(code.province, code.code), code)) failures.push(`${code.province} ${code.scenario}`);
    }
    expect(failures).toEqual([]);
  });

  test('a code for a door where nobody may be checked is of an unknown venue, or no good green elsewhere', async () => {
    const doors = codes.filter(({ venue }) => venue !== undefined);
    expect(doors.map(({ expected }) => expected)).toEqual(doors.map(() => ({ problem: 'check_not_permitted' })));
    expect(doors.length).toBeGreaterThanOrEqual(2);
    for (const { province, code, venue } of doors) {
      expect(sandbox.ready.venues.map((one) => one.venue)).toContain(venue);
      expect(await scan(province, code)).toMatchObject({ translation: { claims: { status: 'green' } } });
    }
  });

  test('no two codes of a start are the same, and none is of another start', async () => {
    expect(new Set(codes.map(({ code }) => code)).size).toBe(codes.length);
    const other = await forkSandbox();
    const others = await controlled(other, sandboxCodesSchema, 'GET', '/codes');
    await other.stop();
    expect(others.filter(({ code }) => codes.some((mine) => mine.code === code))).toEqual([]);
  });

  test('a pushed state with a reference names a token that its origin knows', async () => {
    for (const { province, code } of codes.filter(
      ({ expected }) => 'reason' in expected && expected.reason === 'origin_contradicts',
    )) {
      const answer = await scan(province, code);
      const origin = answer.kind === 'found' ? answer.translation.claims.provenance?.origin : null;
      if (!origin?.province || origin.reference === null) throw new Error(`${province}: no origin reference`);
      expect((await adapterOf(sandbox, origin.province).ask(origin.reference)).kind).toBe('found');
    }
  });
});

describe('statements', () => {
  test('a signing province signs its own entity id, times, status and four withheld claims', async () => {
    const answer = await scan('410000', scenario('410000', 'red').code);
    if (answer.kind === 'absent' || answer.statement === null) throw new Error('no statement');
    const [jws = '', ...disclosures] = answer.statement.split('~');
    const key = upstreamOf(sandbox, '410000').statementKey;
    if (key === null) throw new Error('no key');
    const { payload, protectedHeader } = await jwtVerify(jws, await importJWK(key.jwk, 'ES256'), {
      typ: STATEMENT_TYP,
    });
    expect(protectedHeader.kid).toBe(key.kid);
    const claims = statementPayloadSchema.parse(payload);
    expect(claims.iss).toBe(ENTITY_OF_HENAN);
    expect(claims.exp - claims.iat).toBe(300);
    expect(claims.status).toBe('red');
    expect(disclosures.pop()).toBe('');
    const names = disclosures.map((one): unknown => JSON.parse(Buffer.from(one, 'base64url').toString())[1]);
    expect(names.sort()).toEqual([...DISCLOSABLE_CLAIMS].sort());
  });

  test('the state algorithms are used where they are announced', async () => {
    const key = upstreamOf(sandbox, '520000').statementKey;
    expect(key?.jwk.crv).toBe('SM2');
    const answer = await scan('520000', scenario('520000', 'red').code);
    if (answer.kind === 'absent' || answer.statement === null || key === null) throw new Error('no statement');
    const [header = '', payload = '', signature = ''] = answer.statement.split('~')[0]?.split('.') ?? [];
    const holds = (input: string): boolean =>
      sm2.doVerifySignature(
        Buffer.from(input),
        Buffer.from(signature, 'base64url').toString('hex'),
        uncompressedPoint(key.jwk),
        { hash: true, userId: '1234567812345678' },
      );
    expect(holds(`${header}.${payload}`)).toBe(true);
    expect(holds(`${header}.${payload}x`)).toBe(false);
  });

  test('a system with a plain API signs nothing', () => {
    expect(upstreamOf(sandbox, '310000').statementKey).toBeNull();
  });

  test('bad_signature breaks the statement and nothing else', async () => {
    await setFault(sandbox, '410000', { bad_signature: true });
    const answer = await scan('410000', scenario('410000', 'green').code);
    await setFault(sandbox, '410000', null);
    if (answer.kind === 'absent' || answer.statement === null) throw new Error('no statement');
    const [jws = ''] = answer.statement.split('~');
    expect(decodeProtectedHeader(jws).alg).toBe('ES256');
    const key = upstreamOf(sandbox, '410000').statementKey;
    await expect(jwtVerify(jws, await importJWK(key?.jwk ?? {}, 'ES256'))).rejects.toThrow(
      'signature verification failed',
    );
  });

  test('private keys are readable by others than their owner, are used although they are, or are quoted', () => {
    const files = readdirSync(join(sandbox.dataDir, 'keys'), { recursive: true, withFileTypes: true });
    const modes = files.filter((file) => file.isFile()).map((file) => statSync(join(file.parentPath, file.name)).mode);
    expect(new Set(modes.map((mode) => mode & 0o777))).toEqual(new Set([0o600]));
    const path = join(sandbox.dataDir, 'a-key.json');
    const { published } = loadOrCreateKey(path);
    expect(loadOrCreateKey(path).published).toEqual(published);
    chmodSync(path, 0o640);
    expect(() => loadOrCreateKey(path)).toThrow(`${path} may be read by others`);
    expect(() => new StatementKeys(path, 'P-256', () => 0)).toThrow(`${path} may be read by others`);
    chmodSync(path, 0o600);
    writeFileSync(path, '{"d":"SECRET"');
    expect(() => loadOrCreateKey(path)).toThrow(new Error(`${path} is no key file`));
  });
});

describe('approvals signed by agencies below the province', () => {
  /** Who signed each approval of a scenario, in order: an announced agency at its own step, a stranger, or nobody. */
  async function signersOf(name: string): Promise<string[]> {
    const answer = await scan('140000', scenario('140000', name).code);
    if (answer.kind === 'absent') throw new Error('no record');
    const { provenance, handle, status } = answer.translation.claims;
    const approvals = provenance?.approvals ?? [];
    return await Promise.all(
      approvals.map(async ({ level, role, action, signature }) => {
        if (signature === undefined) return 'nobody';
        const { agencyKeys } = upstreamOf(sandbox, '140000');
        const kid = decodeProtectedHeader(signature).kid;
        const agency = agencyKeys.find(({ key }) => key.kid === kid);
        if (agency === undefined) return 'stranger';
        const key = await importJWK(agency.key.jwk, 'ES256');
        const { payload } = await jwtVerify(signature, key, { typ: 'assignment-approval+jwt' });
        expect(payload).toEqual({ level, role, action, handle, status });
        return `${agency.level} ${agency.role}`;
      }),
    );
  }
  const CITY_AND_PROVINCE = ['city health_commission', 'province health_commission'];

  test('each step of a good red is signed by its own agency, over this very handle and status', async () => {
    expect(await signersOf('red')).toEqual(['county principal', ...CITY_AND_PROVINCE]);
  });

  test('a missing, an unsigned and a forged approval stay what they are', async () => {
    expect(await signersOf('red-county-approval-missing')).toEqual(CITY_AND_PROVINCE);
    expect(await signersOf('red-county-signature-missing')).toEqual(['nobody', ...CITY_AND_PROVINCE]);
    expect(await signersOf('red-county-signature-forged')).toEqual(['stranger', ...CITY_AND_PROVINCE]);
  });
});

describe('posted records', () => {
  test('a posted record is what its code leads to, in every system', async () => {
    for (const province of provinces.filter((one) => one !== ABROAD)) {
      const raw = scenario(province, 'red').record;
      const { code } = await controlled(sandbox, recordReplySchema, 'POST', '/records', { province, raw });
      const answer = await scan(province, code);
      expect(answer.kind === 'found' && answer.translation.claims.status, province).toBe('red');
    }
  });

  test('a posted record of a certificate is not what the certificate comes to', async () => {
    const raw = scenario(ABROAD, 'card-revoked').record;
    const { code } = await controlled(sandbox, recordReplySchema, 'POST', '/records', { province: ABROAD, raw });
    const answer = await scan(ABROAD, code);
    expect(answer.kind === 'found' && answer.translation.reasons).toEqual(['certificate_not_accepted']);
  });

  test.each([
    ['an unknown province', { province: '999999', raw: {} }, 400],
    ['a province that is not simulated', { province: '710000', raw: {} }, 400],
    ['a record that is no object', { province: '410000', raw: [1] }, 400],
    ['a member too many', { province: '410000', raw: {}, more: 1 }, 400],
    ['something that is not JSON', '{', 400],
    ['more than 64 kB', { province: '410000', raw: { a: 'x'.repeat(70_000) } }, 413],
  ])('%s is refused', async (_name, body, status) => {
    expect((await control(sandbox, 'POST', '/records', body)).status).toBe(status);
  });
});
