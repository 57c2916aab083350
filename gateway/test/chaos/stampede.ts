import { Pool } from 'undici';
import { openVenueClient, postRecord, provinceRequests, sandboxCodes, setFault } from '../venue-client.ts';
import type { Stampede } from './report.ts';
import type { Stage } from './stage.ts';

const PROVINCE = '420000';
/** Long enough for every scan to be waiting before the first one is answered. */
const PROVINCE_TAKES_MS = 2_000;
/** More connections than that one machine cannot hold on all sides at once; further scans come in full batches. */
const MOST_CONNECTIONS = 2_500;
const BATCH = 100;

/** A decision, or the code of what stood in its way; a batch has one for each of its items. */
const OUTCOME = /"decision":"[a-z]+"|"type":"urn:huren:problem:[a-z_]+"/g;
const OUTCOME_NAME = /[a-z_]+(?="$)/;

/** Has many venues scan one code that nobody has scanned before, all at once and none waiting for another. */
export async function stampedeOn({ url, gateways }: Stage, scans: number): Promise<Stampede> {
  const samples = await sandboxCodes(url);
  const green = samples.find(({ province, scenario }) => province === PROVINCE && scenario === 'green');
  const code = await postRecord(url, PROVINCE, green?.record);
  const venue = await openVenueClient(url);
  const asked = async () => (await provinceRequests(url, PROVINCE)).filter(({ body }) => body.includes(code)).length;
  const singles = Math.min(scans, MOST_CONNECTIONS);
  const batches = Math.ceil((scans - singles) / BATCH);
  const pool = new Pool(url, { connections: singles + batches, headersTimeout: 60_000, bodyTimeout: 60_000 });
  const outcomes = new Map<string, number>();
  const count = (outcome: string, times = 1) => outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + times);
  const question = { code, purpose: 'medical_visit' };
  const post = async (path: string, body: object, asked: number): Promise<void> => {
    try {
      const headers = { authorization: `Bearer ${venue.token}`, 'content-type': 'application/json' };
      const reply = await pool.request({ method: 'POST', path, headers, body: JSON.stringify(body) });
      const found = (await reply.body.text()).match(OUTCOME) ?? [];
      for (const outcome of found) count(OUTCOME_NAME.exec(outcome)?.[0] ?? outcome);
      count(`http-${reply.statusCode}`, asked - found.length);
    } catch (error) {
      count(`no-answer ${codeOf(error)}`, asked);
    }
  };
  await setFault(url, PROVINCE, { latencyMs: PROVINCE_TAKES_MS });
  const batch = { items: Array.from({ length: BATCH }, () => question) };
  await Promise.all([
    ...Array.from({ length: batches }, () => post('/v1/verifications/batch', batch, BATCH)),
    ...Array.from({ length: singles }, () => post('/v1/verifications', question, 1)),
  ]);
  const upstreamCalls = await asked();
  await setFault(url, PROVINCE, null);
  await pool.destroy();
  const others = [...outcomes]
    .filter(([outcome, n]) => outcome !== 'pass' && n > 0)
    .map(([outcome, n]) => `${outcome} ${n}`);
  const answered = outcomes.get('pass') ?? 0;
  return { scans, answered, others: others.join(', '), upstreamCalls, gateways: gateways.length };
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
