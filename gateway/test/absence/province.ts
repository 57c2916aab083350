import { openAdapter } from '../../../adapters/adapter.ts';
import type { UpstreamFetch } from '../../../adapters/drivers/driver.ts';
import { SAMPLE_INPUT } from '../../../adapters/sample-manifest.fixture.ts';
import { compileTranslator } from '../../../adapters/translate.ts';
import { UpstreamError } from '../../../adapters/upstream-error.ts';
import { type Manifest, manifestSchema } from '../../../schemas/manifest.ts';
import type { JsonValue } from '../../../schemas/scenarios.ts';
import { signStatement } from '../../issuing/sign-statement.ts';
import { NOW_S } from '../../trust/federation.fixture.ts';
import { plainly } from '../../trust/signer.ts';
import type { ProvinceAnswer } from '../../upstream/question.ts';
import { type Federation, spoilt } from './federation.ts';
import type { Combination } from './inputs.ts';

export type Colour = 'green' | 'red';

const DAY_S = 86_400;
const SHOWN = { green: 1, red: '3' } as const;

/** A system that signs its statements, and gives every colour three days. */
export const MANIFEST: Manifest = manifestSchema.parse({
  ...SAMPLE_INPUT,
  statement: { at: '/statement' },
  reply: {
    ...SAMPLE_INPUT.reply,
    validity: [
      { status: 'green', max_age_s: 3 * DAY_S },
      { status: 'red', max_age_s: 3 * DAY_S },
    ],
  },
});
const translate = compileTranslator(MANIFEST);

interface Said {
  readonly federation: Federation;
  readonly colour: Colour;
  /** The time by the province's own clock, which is right; epoch seconds. */
  readonly atS: number;
  readonly evidence: Combination['evidence'];
  readonly upstream: Combination['upstream'];
  /** Seconds for which the statement stands. */
  readonly lifeS: number;
}

/** Asks the province by its real adapter; what its system sends, or does not, is the edge that is played. */
export async function askProvince(said: Said, token: string, gatewayNowMs: number): Promise<ProvinceAnswer> {
  const fetch: UpstreamFetch = async () => {
    return { status: 200, headers: {}, body: new TextEncoder().encode(await bodyOf(said, token)) };
  };
  const context = { manifest: MANIFEST, fetch, nowMs: () => gatewayNowMs, nonce: () => 'n', secret: () => 's' };
  return await openAdapter(context).ask(token);
}

/** What the province's system sends. Throws UpstreamError where it sends nothing. */
async function bodyOf(said: Said, token: string): Promise<string> {
  switch (said.upstream) {
    case 'bad':
      return '{"code":0,';
    case 'missing':
      return '{"code":"404"}';
    case 'wrong_signer':
      throw new UpstreamError('certificate', "the certificate is somebody else's");
    case 'unreachable':
      throw new UpstreamError('timeout', 'no answer in time');
    case 'good':
    case 'stale':
    case 'contradictory': {
      const record = recordOf(said.colour, said.upstream === 'stale' ? said.atS - 5 * DAY_S : said.atS - 60);
      const other = recordOf(said.colour === 'green' ? 'red' : 'green', said.atS - 60);
      const statement = await statementOf(said, said.upstream === 'contradictory' ? other : record, token);
      return JSON.stringify({ code: 0, data: record, ...(statement === null ? {} : { statement }) });
    }
  }
}

function recordOf(colour: Colour, asOfS: number): JsonValue {
  const time = new Date((asOfS + 8 * 3600) * 1000).toISOString().slice(0, 19).replace('T', ' ');
  const by = { level: 3, role: 'cdc', act: 'A', batch: 1, document: 'Form 1', filed: true, approvals: [] };
  return {
    colour: SHOWN[colour],
    time,
    handle: 'HANDLE-OF-NOBODY',
    popup: 0,
    ...(colour === 'red' ? { why: 'A2', by } : {}),
  };
}

async function statementOf(said: Said, record: JsonValue, token: string): Promise<string | null> {
  const { federation, evidence, atS, lifeS } = said;
  const { province } = federation.world;
  if (evidence === 'missing') return null;
  const { signer } = evidence === 'wrong_signer' ? federation.strangers.statements : province.statements;
  const iat = evidence === 'stale' ? atS - 600 : atS;
  const { claims } = translate(record, token, atS * 1000);
  const statement = await signStatement(claims, { iss: province.entityId, iat, exp: iat + lifeS }, plainly(signer));
  const [jwt = '', first = '', ...rest] = statement.split('~');
  if (evidence === 'bad') return [spoilt(jwt), first, ...rest].join('~');
  if (evidence === 'contradictory') {
    const another = Buffer.from(JSON.stringify(['another-salt', 'ground', []])).toString('base64url');
    return [jwt, another, ...rest].join('~');
  }
  return statement;
}

/** When everything is looked at, by every clock that is right; epoch seconds. */
export const AT_S = NOW_S;
