import { expect, test } from 'vitest';
import { PROBLEMS } from '../../schemas/problem.ts';
import { ClientError, VenueClient } from './client.ts';
import type { Exchange } from './exchange.ts';

const { status, zh, en, next } = PROBLEMS.rate_limited;
const LIMITED = { type: 'about:blank', title: en, status, code: 'rate_limited', text: { zh, en }, next };
const CREDENTIALS = {
  gateway: 'https://gateway.example',
  clientId: 'a-venue',
  clientSecret: 'not kept',
  tokenEndpoint: 'https://server.example/token',
};

/** A server that gives a token, and a gateway that is asked too much. */
function asking(headers: Record<string, string>): VenueClient {
  const exchange: Exchange = async (url) =>
    url === CREDENTIALS.tokenEndpoint
      ? { status: 200, headers: new Headers(), text: JSON.stringify({ access_token: 'a', token_type: 'Bearer' }) }
      : { status, headers: new Headers(headers), text: JSON.stringify(LIMITED) };
  return new VenueClient(CREDENTIALS, exchange);
}

test.each([
  ['7', 7],
  ['86400', 3_600],
  ['', undefined],
  ['1.5', undefined],
  ['-3', undefined],
  ['Wed, 21 Oct 2026 07:28:00 GMT', undefined],
])('a venue that has to wait for "%s" is told another time', async (header, retryAfterS) => {
  const asked = asking({ 'retry-after': header }).verify({ code: 'YKM1', purpose: 'medical_visit' });
  const error: unknown = await asked.catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(ClientError);
  expect(error).toMatchObject({ code: 'refused', problem: { code: 'rate_limited' } });
  expect(error instanceof ClientError && error.retryAfterS).toBe(retryAfterS);
});
