import { Pool } from 'undici';
import { openVenueClient, postRecord, provinceRequests, sandboxCodes, setFault } from '../venue-client.ts';
import type { Stampede } from './report.ts';
import type { Stage } from './stage.ts';

const PROVINCE = '310000';
/** Long enough for every scan to be waiting before the first one is answered. */
const PROVINCE_TAKES_MS = 2_000;
const CONNECTIONS = 2_500;

/** Has many venues scan one code that nobody has scanned before, all at once. */
export async function stampedeOn({ url, gateways }: Stage, scans: number): Promise<Stampede> {
  const samples = await sandboxCodes(url);
  const green = samples.find(({ province, scenario }) => province === PROVINCE && scenario === 'green');
  const code = await postRecord(url, PROVINCE, green?.record);
  const token = new URL(code).searchParams.get('c') ?? code;
  const venue = await openVenueClient(url);
  const asked = async () => (await provinceRequests(url, PROVINCE)).filter(({ body }) => body.includes(token)).length;
  const pool = new Pool(url, { connections: CONNECTIONS, headersTimeout: 60_000, bodyTimeout: 60_000 });
  const outcomes = new Map<string, number>();
  const scan = async (): Promise<string> => {
    const { statusCode, body } = await pool.request({
      method: 'POST',
      path: '/v1/verifications',
      headers: { authorization: `Bearer ${venue.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ code, purpose: 'medical_visit' }),
    });
    const text = await body.text();
    return /"decision":"pass"/.test(text)
      ? 'pass'
      : (/"(?:code|decision)":"([a-z_]+)"/.exec(text)?.[1] ?? `${statusCode}`);
  };
  await setFault(url, PROVINCE, { latencyMs: PROVINCE_TAKES_MS });
  await Promise.all(
    Array.from({ length: scans }, async () => {
      const outcome = await scan().catch((error: unknown) => `no-answer ${codeOf(error)}`);
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    }),
  );
  const upstreamCalls = await asked();
  await setFault(url, PROVINCE, null);
  await pool.destroy();
  const others = [...outcomes].filter(([outcome]) => outcome !== 'pass').map(([outcome, n]) => `${outcome} ${n}`);
  const answered = outcomes.get('pass') ?? 0;
  return { scans, answered, others: others.join(', '), upstreamCalls, gateways: gateways.length };
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
