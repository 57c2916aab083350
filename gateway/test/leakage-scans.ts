import { join } from 'node:path';
import { z } from 'zod';
import { loadProvinces } from '../../adapters/provinces/index.ts';
import type { SandboxCode } from '../../schemas/sandbox.ts';
import type { JsonValue } from '../../schemas/scenarios.ts';
import { verificationReplySchema } from '../../schemas/verification.ts';
import { readActorFile } from '../keys/key-store.ts';
import { signAuditRequest } from '../trust/audit-request.ts';
import { inParallel } from './in-parallel.ts';
import { pushEvent, signEvent } from './security-event.ts';
import type { TwoNodes } from './two-nodes.ts';
import {
  codeLike,
  openVenueClient,
  postRecord,
  sandboxCode,
  sandboxCodes,
  setFault,
  type VenueClient,
} from './venue-client.ts';

/** Whom a system's reply may name where nobody's name has any business being. */
export const NAME = '某某某-A-Name-Of-Nobody';
export const VENUE_NONCE = 'a-nonce-of-the-venue';

/** A system that says that it is asked too much is left alone for a while: that one comes last. */
const FAULTS = [
  { status: 500 },
  { garbage: true },
  { reset: true },
  { bad_signature: true },
  { oversize: true },
  { half_closed: true },
  { hang: true },
  { status: 503 },
] as const;
const FAULTY = ['410000', '340000', '330000'] as const;
const NOT_TAKEN = ['11010519491231002X', '13800138000', 'nobody issued this one', 'x'.repeat(5_000)];

/** Everything that was scanned, who scanned it, and what they were told. */
export interface Scanned {
  readonly venue: VenueClient;
  readonly codes: readonly SandboxCode[];
  /** Codes beyond those of the sandbox. */
  readonly made: readonly string[];
  readonly replies: readonly string[];
}

/** Scans in every way there is, for good and for bad: answers, refusals, faults, passes, events, audits. */
export async function scanEverything({ destination, issuer, toDestination }: TwoNodes): Promise<Scanned> {
  const { url, dataDir } = destination;
  const entityId = toDestination.url;
  const venue = await openVenueClient(url);
  const codes = await sandboxCodes(url);
  const made = await inParallel(codes.flatMap(withName), 4, ({ province, raw }) => postRecord(url, province, raw));
  const replies: string[] = [];
  const post = async (path: string, body: unknown) => {
    replies.push(await (await venue.post(path, body)).text());
  };
  const asked = (code: string) => ({ code, purpose: 'medical_visit', nonce: VENUE_NONCE });
  const all = [...codes.map(({ code }) => code), ...made];
  await inParallel(all, 8, (code) => post('/v1/verifications', asked(code)));
  for (let from = 0; from < all.length; from += 100) {
    await post('/v1/verifications/batch', { items: all.slice(from, from + 100).map(asked) });
  }
  for (const code of NOT_TAKEN) await post('/v1/verifications', asked(code));
  const freshOf = async (province: string, scenario = 'red') => {
    const code = await codeLike(url, sandboxCode(codes, province, scenario));
    made.push(code);
    return code;
  };
  for (const province of FAULTY) {
    for (const fault of FAULTS) {
      const code = await freshOf(province);
      await setFault(url, province, fault);
      await post('/v1/verifications', asked(code));
    }
    await setFault(url, province, null);
  }
  // Where somebody types a code into an address, at either node.
  for (const node of [destination, issuer]) {
    const typed = encodeURIComponent(await freshOf('410000'));
    for (const path of [
      `/v1/nothing/${typed}`,
      `/v1/statements/${typed}`,
      `/scan?code=${typed}`,
      `/v1/coverage?x=${typed}`,
    ]) {
      await fetch(`${node.url}${path}`);
      await fetch(`${node.url}${path}`, { method: 'POST', body: typed });
    }
  }
  for (const province of FAULTY) await post('/v1/passes', asked(await freshOf(province, 'green')));
  await tellOfChange({ url, dataDir, entityId, handle: await freshOf('310000') });
  replies.push(await audit({ url, dataDir, entityId, code: await freshOf('410000') }));
  return { venue, codes, made, replies };
}

/** The attestations and statements in what was told. */
export function signedIn(replies: readonly string[]): string[] {
  return replies.flatMap((text) => {
    const json: unknown = JSON.parse(text);
    const single = verificationReplySchema.safeParse(json).data;
    const batch = z.object({ results: z.array(z.unknown()) }).safeParse(json).data?.results ?? [];
    const several = batch.flatMap((one) => verificationReplySchema.safeParse(one).data ?? []);
    const all = single === undefined ? several : [single];
    return all.flatMap(({ attestation, evidence }) => [attestation, ...evidence]);
  });
}

/** What a system's record says that nothing published does: about one person, and nothing that anybody has to know. */
export function privateWords({ record, province }: SandboxCode): string[] {
  const text = PUBLISHED.get(province) ?? '';
  return [...leavesOf(record)].filter(
    (leaf) => leaf.length >= 4 && !text.includes(leaf) && !/^[\d\s:TZ+-]+$/.test(leaf),
  );
}

const PUBLISHED = new Map(loadProvinces().map((system) => [system.manifest.province, JSON.stringify(system)]));

function* leavesOf(value: JsonValue | null): Iterable<string> {
  if (typeof value === 'string') yield value;
  else if (typeof value === 'object' && value !== null)
    for (const inner of Object.values(value)) yield* leavesOf(inner);
}

/** A red's record, with a name in each place in turn where the system keeps a word. */
function withName({ province, record, scenario }: SandboxCode): { province: string; raw: JsonValue }[] {
  if (record === null || scenario !== 'red') return [];
  return placesIn(record).map((place) => ({ province, raw: replaced(record, place) }));
}

function placesIn(value: JsonValue, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value === 'string') return [path];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => placesIn(inner, [...path, name]));
}

function replaced(value: JsonValue, [name, ...rest]: readonly string[]): JsonValue {
  if (name === undefined) return NAME;
  if (Array.isArray(value)) return value.map((inner, at) => (String(at) === name ? replaced(inner, rest) : inner));
  if (typeof value !== 'object' || value === null) return value;
  return { ...value, [name]: replaced(value[name] ?? null, rest) };
}

interface Destination {
  readonly url: string;
  readonly dataDir: string;
  readonly entityId: string;
}

async function tellOfChange({ url, dataDir, entityId, handle }: Destination & { readonly handle: string }) {
  const events = { 'urn:huren:event:status-changed': { handle } };
  await pushEvent(url, await signEvent({ url: entityId, dataDir, province: '310000', events }));
}

async function audit({ url, dataDir, entityId, code }: Destination & { readonly code: string }): Promise<string> {
  const actor = await readActorFile(join(dataDir, 'keys/sandbox/auditor/registry.json'));
  if (actor === null) throw new Error('no auditor');
  const times = { iat: Math.floor(Date.now() / 1000), jti: crypto.randomUUID() };
  const claims = { iss: actor.entityId, aud: entityId, ...times, code, mandate: 'sandbox-special-venues' };
  const request = await signAuditRequest(claims, actor.signer);
  const { use: _use, ...key } = actor.publicJwk;
  const body = JSON.stringify({ request, key });
  const reply = await fetch(`${url}/v1/audits`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });
  if (reply.status !== 200) throw new Error(`the audit was refused: ${await reply.text()}`);
  return '{}';
}
