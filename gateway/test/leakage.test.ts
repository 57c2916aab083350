import { decodeJwt } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { loadProvinces } from '../../adapters/provinces/index.ts';
import {
  ABROAD,
  GROUNDS,
  LEVELS,
  PROVINCES,
  provinceCodeSchema,
  REASONS,
  ROLES,
} from '../../schemas/code-lists/index.ts';
import { FINDINGS } from '../../schemas/finding.ts';
import type { SandboxCode } from '../../schemas/sandbox.ts';
import type { JsonValue } from '../../schemas/scenarios.ts';
import { verificationReplySchema } from '../../schemas/verification.ts';
import { inParallel } from './in-parallel.ts';
import { type SandboxGateway, startSandboxGateway } from './sandbox-gateway.ts';
import { openVenueClient, sandboxCodes } from './venue-client.ts';

/** What the door got for one code: the reply as it came, and everything in it that can be decoded. */
interface Got {
  readonly entry: SandboxCode;
  readonly replied: unknown;
  readonly text: string;
}

const MANIFESTS = new Map(loadProvinces().map(({ manifest }) => [manifest.province, manifest]));

let gateway: SandboxGateway;
let single: Got[];
let batched: Got[];

beforeAll(async () => {
  gateway = await startSandboxGateway();
  const codes = await sandboxCodes(gateway.url);
  const doors = new Map<string | undefined, ReturnType<typeof openVenueClient>>();
  for (const { venue } of codes) if (!doors.has(venue)) doors.set(venue, openVenueClient(gateway.url, venue));
  const post = async (venue: string | undefined, path: string, body: unknown): Promise<unknown> =>
    await (await (await doors.get(venue))?.post(path, body))?.json();
  single = await inParallel(codes, 4, async (entry) => {
    const purpose = 'venue_entry';
    return got(entry, await post(entry.venue, '/v1/verifications', { code: entry.code, purpose }));
  });
  const whole = codes.filter(({ venue }) => venue === undefined);
  batched = [];
  for (let from = 0; from < whole.length; from += 50) {
    const entries = whole.slice(from, from + 50);
    const items = entries.map(({ code }) => ({ code, purpose: 'venue_entry' }));
    const reply = z
      .object({ results: z.array(z.unknown()) })
      .parse(await post(undefined, '/v1/verifications/batch', { items }));
    batched.push(...entries.map((entry, index) => got(entry, reply.results[index])));
  }
});
afterAll(() => gateway.stop());

function got(entry: SandboxCode, replied: unknown): Got {
  const reply = verificationReplySchema.safeParse(replied);
  const decoded = reply.success ? [decodeJwt(reply.data.attestation), ...reply.data.evidence.map(decodeEvidence)] : [];
  return { entry, replied, text: JSON.stringify([replied, decoded]) };
}

/** The payload and whatever disclosures come with it. */
function decodeEvidence(sdJwt: string): unknown[] {
  const [jws = '', ...disclosures] = sdJwt.split('~');
  return [decodeJwt(jws), ...disclosures.map((one) => Buffer.from(one, 'base64url').toString('utf8'))];
}

function everywhere(check: (one: Got) => string[]): string[] {
  return [...single, ...batched].flatMap((one) =>
    check(one).map((found) => `${one.entry.province} ${one.entry.scenario}: ${found}`),
  );
}

test('the scan left out answers, problems or evidence', () => {
  expect(single.length).toBeGreaterThan(200);
  expect(batched.length).toBeGreaterThan(200);
  const withEvidence = single.filter(({ text }) => text.includes('"_sd_alg":"sha-256"'));
  expect(withEvidence.length).toBeGreaterThan(20);
  expect(
    single.filter(({ text }) => text.includes('"problem":') || text.includes('"code":"code_')).length,
  ).toBeGreaterThan(20);
});

test('a ground is told, by its code or in words', () => {
  const words = Object.entries(GROUNDS).flatMap(([code, { zh, en }]) => [code, zh, en]);
  expect(everywhere(({ text }) => words.filter((word) => text.includes(word)))).toEqual([]);
});

test("a province's own words or numbers for a ground are told", () => {
  const own = ({ entry, text }: Got) => {
    const values = MANIFESTS.get(entry.province)?.reply.ground?.values ?? [];
    const words = values
      .flatMap(({ value, name }) => [String(value), name])
      .filter((word) => !/^.?$|^\d{1,3}$/.test(word));
    return words.filter((word) => text.includes(word));
  };
  expect(everywhere(own)).toEqual([]);
});

test('what a certificate certifies, and about whom, is told to a door or counted', async () => {
  const certified = ['SANDBOX', 'Sandbox Ministry', 'TRAVELLER', 'Traveller', '1990-01-01', '1119349007', 'XM0N24'];
  expect(single.filter(({ entry }) => entry.province === ABROAD).length).toBeGreaterThan(10);
  expect(everywhere(({ text }) => certified.filter((word) => text.includes(word)))).toEqual([]);
  const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
  expect(certified.filter((word) => metrics.includes(word))).toEqual([]);
});

test('a finding is told', () => {
  const publicReasons: string[] = Object.keys(REASONS);
  const codes = Object.entries(FINDINGS).flatMap(([code, { zh, en }]) => [code, zh, en]);
  const secret = codes.filter((code) => !publicReasons.includes(code));
  expect(everywhere(({ text }) => secret.filter((code) => text.includes(code)))).toEqual([]);
});

test('a code, its token or a handle is told', () => {
  const handles = ({ entry, text }: Got) => {
    const parts = entry.code.split(/[^A-Za-z0-9+_-]+/).filter((part) => part.length >= 16 && !/^[a-z-]+$/.test(part));
    return [entry.code, ...parts].filter((part) => text.includes(part));
  };
  expect(everywhere(handles)).toEqual([]);
});

test('anything that only the raw record says is told', () => {
  const raw = ({ entry, text }: Got) => {
    const leaves = [...leavesOf(entry.record)].filter((leaf) => leaf.length >= 4 && !isPublic(leaf, entry));
    return leaves.filter((leaf) => text.includes(leaf) && leaf !== shownStatus(text) && leaf !== REASONS.ok.zh);
  };
  expect(everywhere(raw)).toEqual([]);
});

test('who assigned a status is told by level or role', () => {
  const bodies = { ...LEVELS, ...ROLES };
  const names = Object.entries(bodies).flatMap(([code, { zh, en }]) => [code, zh, en]);
  const members = ['level', 'role', 'batch_size', 'instrument', 'approvals', 'origin', 'ground', 'handle'];
  const told = ({ entry, text }: Got) => {
    const { zh, en } = PROVINCES[entry.province];
    const secret = names.filter((name) => !['province', zh, en].includes(name));
    return [...secret, ...members].filter((word) => text.includes(`"${word}"`));
  };
  expect(everywhere(told)).toEqual([]);
});

test('a colour that is withheld is told in the reply, the attestation or the evidence', () => {
  const colours = (one: Got) => {
    const reply = verificationReplySchema.safeParse(one.replied);
    if (!reply.success || reply.data.status !== 'indeterminate') return [];
    expect(reply.data.evidence.filter((sdJwt) => !decodeJwt(sdJwt.split('~')[0] ?? '')['status'])).toEqual([]);
    return ['"red"', '"yellow"', '"green"', '红', '黄', 'red_ground', 'yellow_ground'].filter((word) =>
      one.text.includes(word),
    );
  };
  expect(everywhere(colours)).toEqual([]);
  const withheld = single.filter(({ text }) => text.includes('"withheld":true'));
  expect(withheld.length).toBeGreaterThan(5);
  expect(withheld.filter(({ replied }) => !isBare(replied))).toEqual([]);
});

/** The colour that the door is shown; one that is withheld has a test of its own. */
function shownStatus(text: string): string | undefined {
  return /"status":"([a-z]+)"/.exec(text)?.[1];
}

function isBare(replied: unknown): boolean {
  return z.looseObject({ evidence: z.array(z.unknown()).max(0), status: z.literal('indeterminate') }).safeParse(replied)
    .success;
}

function* leavesOf(value: JsonValue | undefined): Iterable<string> {
  if (typeof value === 'string') yield value;
  else if (Array.isArray(value)) for (const item of value) yield* leavesOf(item);
  else if (typeof value === 'object' && value !== null) for (const item of Object.values(value)) yield* leavesOf(item);
}

/** Provinces and the time of a status are what a venue is meant to know. */
function isPublic(leaf: string, { province }: SandboxCode): boolean {
  return (
    leaf === province ||
    provinceCodeSchema.safeParse(leaf).success ||
    /^\d{4}-\d\d-\d\d/.test(leaf) ||
    /^\d{10,14}$/.test(leaf) ||
    // A certificate's record is what the certificate comes to, which is what the reason says.
    (province === ABROAD && Object.entries(REASONS).some(([code, { en }]) => code.includes(leaf) || en.includes(leaf)))
  );
}
