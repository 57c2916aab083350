import type { ProvinceCode } from '../../schemas/code-lists/index.ts';
import { keptLog } from '../authority/authority.fixture.ts';
import { ProblemError } from '../problem-error.ts';
import { venueToken } from '../test/venue-token.fixture.ts';
import { EntityResolver } from '../trust/entity-resolver.ts';
import { anchorOf, configure, makeKey, makeParty, state } from '../trust/federation.fixture.ts';
import { AUTHORIZATION_SERVER } from '../trust/trust-bundle.ts';
import { TrustError } from '../trust/trust-error.ts';
import { Introspection } from './introspection.ts';
import { Possession, PROOF_REMEMBERED_MS } from './possession.ts';
import { ProofNonces } from './proof-nonces.ts';
import { openSeenOnce } from './seen-once.ts';
import { type TokenOutcome, VenueTokens } from './venue-tokens.ts';

const anchor = await makeParty('https://anchor.example');
const province = await makeParty('https://henan.example');
/** The authorization server of Henan's venues, two keys that it may sign with, and a key that a venue has. */
export const server = await makeParty('https://venues.henan.example');
export const [first, next, holder] = [await makeKey('first'), await makeKey('next'), await makeKey('a venue’s own')];
export const GATEWAY = 'https://gateway.henan.example';
export const METADATA = `${GATEWAY}/.well-known/oauth-protected-resource`;
export const STARTED_S = Math.floor(Date.now() / 1000);

type Key = typeof first;

/** Of a venue of the server, from now on. */
export const tokenBy = async ({ signer }: Key) =>
  await venueToken({ ...server, signer }, { aud: GATEWAY, iat: STARTED_S, exp: STARTED_S + 3_600 });

export const asking = (authorization: string | undefined) => ({
  authorization,
  proof: undefined,
  method: 'POST',
  path: '/v1/verifications',
});

/** A gateway of Henan that is shown tokens, with all around it that a test may change. */
export class TokenGateway {
  nowS = STARTED_S;
  /** Whose the server is, by the log. */
  admitted: ProvinceCode | null = '410000';
  /** The province whose gateway is here. */
  here: ProvinceCode = '410000';
  /** What goes wrong when a chain is read, though nothing may. */
  fault: Error | null = null;
  /** The keys that the server's chain names; null: its host is away. */
  published: readonly Key[] | null = [first];
  /** What the server says of every token, where it wants to be asked; null: it does not. */
  word: boolean | null = null;
  asked = 0;
  /** The token that it was asked about last. */
  about: string | null = null;
  /** How often its chain was looked for. */
  looks = 0;
  readonly outcomes: TokenOutcome[] = [];
  readonly log = keptLog('info');
  tokens = this.#open(
    new EntityResolver({
      anchor: () => anchorOf(anchor),
      chainOf: () => this.#chain(),
      nowS: () => this.nowS,
      isVouchedFor: () => this.admitted !== null,
    }),
  );

  loseAnchor(): void {
    this.tokens = this.#open(null);
  }

  async outcomeOf(token: string): Promise<string> {
    return await Promise.resolve(this.tokens.authenticate(asking(`Bearer ${token}`))).then(
      ({ destination }) => destination,
      (error: unknown) => (error instanceof Error && 'code' in error ? String(error.code) : 'a fault'),
    );
  }

  /** The refusal itself, with what it tells a client. */
  async refusalOf(authorization: string | undefined): Promise<ProblemError> {
    const shown = Promise.resolve(this.tokens.authenticate(asking(authorization)));
    const error: unknown = await shown.catch((refusal: unknown) => refusal);
    if (error instanceof ProblemError) return error;
    throw new Error('nothing was refused', { cause: error });
  }

  #open(resolver: EntityResolver | null): VenueTokens {
    const nowMs = () => this.nowS * 1000;
    return new VenueTokens({
      resolver,
      provinceOf: (issuer) => (issuer === server.entityId ? this.admitted : null),
      audiencesOf: (code) => (code === this.here ? [GATEWAY] : null),
      resourceMetadata: METADATA,
      possession: new Possession({
        nonces: new ProofNonces(null, nowMs),
        seen: openSeenOnce('dpop', null, PROOF_REMEMBERED_MS),
        names: [GATEWAY],
        nowMs,
      }),
      introspection: new Introspection({
        post: async (_url, { body }) => {
          this.asked += 1;
          this.about = new URLSearchParams(body).get('token');
          return { status: 200, bytes: Buffer.from(JSON.stringify({ active: this.word })) };
        },
        gatewayOf: () => ({ entityId: GATEWAY, signer: holder.signer }),
        nowMs,
      }),
      onOutcome: (outcome) => this.outcomes.push(outcome),
      log: this.log.log,
      nowMs,
    });
  }

  async #chain(): Promise<string[]> {
    this.looks += 1;
    if (this.fault !== null) throw this.fault;
    if (this.published === null) throw new TrustError('fetch_failed', 'away');
    const life = { iat: this.nowS - 1, exp: this.nowS + 100 };
    const wantsToBeAsked = { introspection_endpoint: `${server.entityId}/tokens`, huren_introspection_required: true };
    const metadata = {
      issuer: server.entityId,
      token_endpoint: `${server.entityId}/token`,
      ...(this.word === null ? {} : wantsToBeAsked),
    };
    const jwks = { keys: this.published.map(({ jwk }) => jwk) };
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
}
