import { expect, test } from 'vitest';
import { venueToken } from '../test/venue-token.fixture.ts';
import { codeOf, makeParty } from './federation.fixture.ts';
import { verifyVenueToken } from './venue-token.ts';

test('a token counts as another server’s that has the same keys', async () => {
  const party = await makeParty('https://venues.example');
  const aud = 'https://gateway.example';
  const terms = { province: '410000', venueKinds: ['hospital'], regions: ['41'], introspectionEndpoint: null } as const;
  const jwks = { keys: [party.jwk] };
  const checked = { audiences: [aud], atS: Math.floor(Date.now() / 1000) };
  const verifiedBy = async (issuer: string) =>
    await verifyVenueToken(await venueToken(party, { aud }), { ...terms, jwks, issuer }, checked);
  expect((await verifiedBy(party.entityId)).client_id).toBe('a-venue');
  expect(await codeOf(() => verifiedBy('https://other.example'))).toBe('issuer_mismatch');
});
