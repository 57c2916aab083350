import { randomBytes } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { makeKey } from '../../adapters/sandbox/keys.ts';
import type { Approval, Assignment, StatusClaims } from '../../schemas/statement.ts';
import type { CacheEntry } from '../cache/cached-answer.ts';
import { type OpenCache, openCache } from '../cache/open-cache.ts';
import { withholdDisclosures } from '../trust/sd-jwt.ts';
import { settledBytes } from './observer.ts';
import { openReplaySigner } from './replay-statement.ts';

/** Bytes of one remembered answer, and what is left of it once its province is forgotten. */
export interface EntryFigures {
  readonly bytes_an_entry: number;
  readonly left_when_forgotten: number;
}

/** Answers that differ in what they take: `long_id` names its holder by as much as a statement may. */
export type EntryKind = 'green' | 'red' | 'signed_red' | 'long_id';

const WARM_UP = 500;

const KINDS: Readonly<Record<EntryKind, (at: number) => StatusClaims>> = {
  green: greenOf,
  red: redOf,
  signed_red: signedRedOf,
  long_id: (at) => ({ ...greenOf(at), handle: `${'L'.repeat(248)}${numbered(at, 8)}` }),
};

/** Remembers so many answers of each kind, one kind after another, as they come off the wire, and forgets them again. */
export async function measureCache(entries: number): Promise<Readonly<Record<EntryKind, EntryFigures>>> {
  // All of them stay until the end: one that was let go would be in the next one's figures.
  const caches = { green: openOwnCache(), red: openOwnCache(), signed_red: openOwnCache(), long_id: openOwnCache() };
  const measured = (kind: EntryKind) => measureKind(caches[kind], entries, KINDS[kind]);
  const figures = {
    green: await measured('green'),
    red: await measured('red'),
    signed_red: await measured('signed_red'),
    long_id: await measured('long_id'),
  };
  for (const { close } of Object.values(caches)) await close();
  return figures;
}

async function measureKind(
  { cache, entries: kept }: OpenCache,
  entries: number,
  claimsOf: (at: number) => StatusClaims,
): Promise<EntryFigures> {
  const put = (at: number) => {
    const nowMs = Date.now();
    const key = cache.keyOf({ province: '410000', adapter: 'd'.repeat(43), token: `token-${at}` }, 60_000);
    const claims = claimsOf(at);
    const entry: CacheEntry = {
      // Nothing that the province said is shared with another answer.
      answer: JSON.parse(JSON.stringify(answerOf(claims, nowMs))),
      province: '410000',
      tag: cache.tagOf('410000', claims.handle),
      seen: cache.position(),
      freshUntilMs: nowMs + 600_000,
      usableUntilMs: nowMs + 1_200_000,
    };
    cache.put(key, entry, null);
  };
  // What all entries share is there before anybody counts, and what the compiler makes as well.
  for (let at = 0; at < WARM_UP; at += 1) put(at);
  await forgetAll();
  const before = await settledBytes();
  for (let at = 0; at < entries; at += 1) put(at);
  const full = await settledBytes();
  await forgetAll();
  return {
    bytes_an_entry: (full - before) / entries,
    left_when_forgotten: ((await settledBytes()) - before) / entries,
  };

  async function forgetAll(): Promise<void> {
    await cache.forgetProvince('410000', 'province');
    while (kept() > 0) await setTimeout(10);
  }
}

function openOwnCache(): OpenCache {
  const ignore = () => undefined;
  return openCache({ redis: null, secret: null, nowMs: Date.now, count: ignore, onInvalidated: ignore });
}

/** As a province signs them, but for the signature's own octets. */
const signStatement = openReplaySigner(
  { ...makeKey('P-256'), sign: () => randomBytes(64) },
  'https://node.example.henan.invalid/provinces/410000',
);

function answerOf(claims: StatusClaims, nowMs: number): CacheEntry['answer'] {
  return {
    kind: 'claims',
    claims,
    localGroundOnly: false,
    reasons: claims.status === 'red' ? ['popup'] : [],
    assurance: 'province-signed',
    way: 'direct',
    statement: withholdDisclosures(signStatement(claims, nowMs)),
  };
}

function greenOf(at: number): StatusClaims {
  const status_as_of = `2022-06-13T08:00:${numbered(at % 60, 2)}+08:00`;
  return { status: 'green', status_as_of, ground: [], provenance: null, handle: `H${numbered(at, 31)}`, flags: [] };
}

const STEPS = ['sign', 'review', 'assign'] as const;

function redOf(at: number): StatusClaims {
  return redBy(
    at,
    STEPS.map((action) => ({ level: 'county', role: 'health_commission', action })),
  );
}

/** Where an agency signs each step for the one person it is about. */
function signedRedOf(at: number): StatusClaims {
  const { handle } = greenOf(at);
  const header = encoded({ alg: 'ES256', typ: 'assignment-approval+jwt', kid: 'k'.repeat(43) });
  const approvals = STEPS.map((action): Approval => {
    const step = { level: 'county', role: 'health_commission', action } as const;
    const payload = encoded({ ...step, handle, status: 'red' });
    return { ...step, signature: `${header}.${payload}.${randomBytes(64).toString('base64url')}` };
  });
  return redBy(at, approvals);
}

function redBy(at: number, approvals: Assignment['approvals']): StatusClaims {
  const provenance: Assignment = {
    level: 'county',
    role: 'health_commission',
    action: 'assign',
    kind: 'individual',
    batch_size: null,
    instrument: `豫疫防〔2022〕${at}号`,
    evidence_filed: true,
    approvals,
    origin: null,
  };
  return { ...greenOf(at), status: 'red', ground: ['confirmed_case'], provenance };
}

function numbered(at: number, digits: number): string {
  return String(at).padStart(digits, '0');
}

function encoded(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
