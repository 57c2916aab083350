import { beforeEach, describe, expect, test } from 'vitest';
import type { ProvinceCode } from '../../schemas/code-lists/index.ts';
import { keptLog } from '../authority/authority.fixture.ts';
import { forged, venueToken } from '../test/venue-token.fixture.ts';
import { EntityResolver } from '../trust/entity-resolver.ts';
import { anchorOf, configure, makeKey, makeParty, state } from '../trust/federation.fixture.ts';
import { AUTHORIZATION_SERVER } from '../trust/trust-bundle.ts';
import { TrustError } from '../trust/trust-error.ts';
import { type TokenOutcome, VenueTokens } from './venue-tokens.ts';

const anchor = await makeParty('https://anchor.example');
const province = await makeParty('https://henan.example');
const server = await makeParty('https://venues.henan.example');
const [first, next] = [await makeKey('first'), await makeKey('next')];
const GATEWAY = 'https://gateway.henan.example';
const startedS = Math.floor(Date.now() / 1000);

let nowS: number;
let admitted: ProvinceCode | null;
/** The keys that the server's chain names; null: its host is away. */
let published: readonly (typeof first)[] | null;
let looks: number;
let outcomes: TokenOutcome[];
let log: ReturnType<typeof keptLog>;
let tokens: VenueTokens;

beforeEach(() => {
  nowS = startedS;
  admitted = '410000';
  published = [first];
  looks = 0;
  outcomes = [];
  log = keptLog();
  const resolver = new EntityResolver({
    anchor: () => anchorOf(anchor),
    chainOf: () => chain(),
    nowS: () => nowS,
    isVouchedFor: () => admitted !== null,
  });
  tokens = new VenueTokens({
    resolver,
    provinceOf: (issuer) => (issuer === server.entityId ? admitted : null),
    audiencesOf: (code) => (code === '410000' ? [GATEWAY] : null),
    resourceMetadata: `${GATEWAY}/.well-known/oauth-protected-resource`,
    onOutcome: (outcome) => outcomes.push(outcome),
    log: log.log,
    nowMs: () => nowS * 1000,
  });
});

async function chain(): Promise<string[]> {
  looks += 1;
  if (published === null) throw new TrustError('fetch_failed', 'away');
  const life = { iat: nowS - 1, exp: nowS + 100 };
  const metadata = { issuer: server.entityId, token_endpoint: `${server.entityId}/token` };
  const jwks = { keys: published.map(({ jwk }) => jwk) };
  const terms = { huren_venue_kinds: { value: ['hospital'] }, huren_regions: { value: ['41'] } };
  return [
    await configure(server, {
      ...life,
      authority_hints: [province.entityId],
      metadata: { [AUTHORIZATION_SERVER]: { ...metadata, jwks } },
    }),
    await state(province, server, {
      ...life,
      metadata_policy: { [AUTHORIZATION_SERVER]: { huren_province: { value: '410000' }, ...terms } },
    }),
    await state(anchor, province, life),
  ];
}

/** Of a venue of the server, from now on. */
const tokenBy = async ({ signer }: typeof first) =>
  await venueToken({ ...server, signer }, { aud: GATEWAY, iat: startedS, exp: startedS + 3_600 });

async function outcomeOf(token: string): Promise<string> {
  return await tokens.authenticate(`Bearer ${token}`).then(
    ({ destination }) => destination,
    (error: unknown) => (error instanceof Error && 'code' in error ? String(error.code) : 'a fault'),
  );
}

describe('a server whose chain cannot be had', () => {
  test('is unheard of, or is looked for and told of at every question', async () => {
    published = null;
    const token = await tokenBy(first);
    expect([await outcomeOf(token), await outcomeOf(token), looks]).toEqual(['unavailable', 'unavailable', 1]);
    nowS += 1;
    expect([await outcomeOf(token), looks]).toEqual(['unavailable', 2]);
    expect(log.lines).toEqual([expect.stringContaining('"code":"fetch_failed"')]);
    published = [first];
    nowS += 1;
    expect(await outcomeOf(token)).toBe('410000');
    published = null;
    nowS += 100;
    expect(await outcomeOf(token)).toBe('unavailable');
    expect(log.lines).toHaveLength(2);
    expect(outcomes).toEqual(['unavailable', 'unavailable', 'unavailable', 'verified', 'unavailable']);
  });

  test('turns its venues away before its last chain is over', async () => {
    const token = await tokenBy(first);
    expect(await outcomeOf(token)).toBe('410000');
    published = null;
    nowS += 90;
    expect([await outcomeOf(token), await outcomeOf(await tokenBy(first))]).toEqual(['410000', '410000']);
    expect(log.lines).toEqual([]);
  });
});

describe('a server’s keys', () => {
  test('that are new do not count before its chain is over, or a stranger’s kid has it read without end', async () => {
    expect(await outcomeOf(await tokenBy(first))).toBe('410000');
    published = [first, next];
    nowS += 1;
    expect(await outcomeOf(await tokenBy(next))).toBe('410000');
    published = null;
    const stranger = await tokenBy(await makeKey('stranger'));
    for (let n = 0; n < 3; n += 1) expect(await outcomeOf(stranger)).toBe('token_invalid');
    // Whether that is a new key cannot be told just now.
    nowS += 1;
    expect([await outcomeOf(stranger), await outcomeOf(await tokenBy(next))]).toEqual(['unavailable', '410000']);
    expect(log.lines).toEqual([]);
  });

  test('that were withdrawn go on counting for tokens that are remembered', async () => {
    const token = await tokenBy(first);
    expect([await outcomeOf(token), await outcomeOf(token)]).toEqual(['410000', '410000']);
    published = [next];
    nowS += 60;
    await outcomeOf(token);
    await expect.poll(() => outcomeOf(token)).toBe('token_invalid');
  });
});

describe('whose a server is', () => {
  test('is looked up late, for tokens that are remembered', async () => {
    const token = await tokenBy(first);
    expect(await outcomeOf(token)).toBe('410000');
    admitted = null;
    expect(await outcomeOf(token)).toBe('token_invalid');
    admitted = '310000';
    expect(await outcomeOf(token)).toBe('venue_foreign');
    expect(outcomes).toEqual(['verified', 'invalid', 'foreign']);
  });

  test('is looked up by a name that everything inherits', async () => {
    const token = forged({ alg: 'ES256', typ: 'at+jwt', kid: 'first' }, { iss: 'constructor' });
    expect(await outcomeOf(token)).toBe('token_invalid');
    expect(await outcomeOf(forged({ alg: 'ES256', typ: 'at+jwt', kid: 'first' }, { iss: 7 }))).toBe('token_invalid');
  });
});
