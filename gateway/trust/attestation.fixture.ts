import { base64url } from 'jose';
import { ATTESTATION_TYP, type AttestationClaims } from '../../schemas/attestation.ts';
import { STATEMENT_TYP } from '../../schemas/statement.ts';
import { evidenceDigest } from './attestation.ts';
import { anchorOf, configure, makeKey, NOW_S, naming, type Party, state } from './federation.fixture.ts';
import type { PublicJwk } from './public-key.ts';
import { type Signer, signCompact } from './signer.ts';
import type { JsonObject } from './strict-json.ts';
import { RECOGNITION_GATEWAY, STATUS_ISSUER } from './trust-bundle.ts';
import type { AttestationChecks, Presented } from './verify-attestation.ts';

export interface Pair {
  readonly signer: Signer;
  readonly jwk: PublicJwk;
}

/** A made-up federation with one gateway and one province, each with the key that it signs answers or statements with. */
export interface World {
  readonly anchor: Party;
  readonly gateway: Party & { readonly answers: Pair };
  readonly province: Party & { readonly statements: Pair };
  readonly chains: Map<string, readonly string[]>;
}

export const AUDIENCE = 'a-venue';

/** `keyOf`: other keys than new ones, for tokens that have to come out the same again. */
export async function makeWorld(keyOf: (kid: string) => Promise<Pair> = makeKey): Promise<World> {
  const party = async (entityId: string) => ({ entityId, ...(await keyOf(`key of ${entityId}`)) });
  const [anchor, gateway, province] = await Promise.all([
    party('https://anchor.example'),
    party('https://gateway.example'),
    party('https://province.example'),
  ]);
  const world: World = {
    anchor,
    gateway: { ...gateway, answers: await keyOf('answers') },
    province: { ...province, statements: await keyOf('statements') },
    chains: new Map(),
  };
  await republish(world);
  return world;
}

interface Republished {
  readonly answerKeys?: readonly PublicJwk[];
  readonly statementKeys?: readonly PublicJwk[];
}

/** Signs both chains anew, with other keys in the metadata where given. */
export async function republish(world: World, keys: Republished = {}): Promise<void> {
  const { anchor, gateway, province, chains } = world;
  const answerKeys = keys.answerKeys ?? [gateway.answers.jwk];
  const statementKeys = keys.statementKeys ?? [province.statements.jwk];
  const hints = { authority_hints: [anchor.entityId] };
  chains.set(gateway.entityId, [
    await configure(gateway, {
      ...hints,
      metadata: { [RECOGNITION_GATEWAY]: { province: '440000', jwks: { keys: answerKeys } } },
    }),
    await state(anchor, gateway, naming(RECOGNITION_GATEWAY, ...answerKeys)),
  ]);
  const issuer = { province: '410000', jwks: { keys: statementKeys } };
  chains.set(province.entityId, [
    await configure(province, { ...hints, metadata: { [STATUS_ISSUER]: issuer } }),
    await state(anchor, province, {
      ...naming(STATUS_ISSUER, ...statementKeys),
      metadata_policy: { [STATUS_ISSUER]: { province: { value: '410000' } } },
    }),
  ]);
}

const AS_OF = new Date((NOW_S - 60) * 1000).toISOString();

/** A status statement with its disclosures; `claims` overrides, and nothing is checked, so that tests can forge. */
export async function makeStatement(world: World, claims: JsonObject = {}, pair?: Pair): Promise<string> {
  const { province } = world;
  const hidden = { ground: [], provenance: null, handle: 'h-1', flags: [] };
  const disclosures = Object.entries(hidden).map(([name, value], index) =>
    base64url.encode(JSON.stringify([`salt-${index}-0123456789`, name, value])),
  );
  const digests = await Promise.all(disclosures.map(async (text) => sha256(text)));
  const payload = {
    iss: province.entityId,
    iat: NOW_S - 10,
    exp: NOW_S + 290,
    status: 'green',
    status_as_of: AS_OF,
    _sd: digests,
    _sd_alg: 'sha-256',
    ...claims,
  };
  const jws = await signCompact({ typ: STATEMENT_TYP }, payload, (pair ?? province.statements).signer);
  return [jws, ...disclosures, ''].join('~');
}

export function undisclosed(statement: string): string {
  return `${statement.split('~', 1)[0]}~`;
}

/** An attestation over some evidence; `claims` overrides, and nothing is checked. */
export async function makeAttestation(
  world: World,
  evidence: readonly string[],
  claims: JsonObject = {},
  pair?: Pair,
  typ = ATTESTATION_TYP,
): Promise<string> {
  return await signCompact({ typ }, await sayOf(world, evidence, claims), (pair ?? world.gateway.answers).signer);
}

/** What an attestation over some evidence says; `claims` overrides, and undefined drops a claim. */
export async function sayOf(
  { gateway }: World,
  evidence: readonly string[],
  claims: JsonObject = {},
): Promise<JsonObject> {
  const usual: AttestationClaims = {
    iss: gateway.entityId,
    aud: AUDIENCE,
    iat: NOW_S - 5,
    exp: NOW_S + 295,
    jti: '0123456789abcdef',
    nonce: 'n-1',
    issuer_province: '410000',
    destination: '440000',
    status: 'green',
    decision: 'pass',
    reasons: ['ok'],
    status_as_of: AS_OF,
    stale: false,
    provenance: null,
    assurance: 'province-signed',
    mandate: 'a-mandate',
    policy: 'a-policy@1',
    adapter: '410000@1.0.0#0',
    evidence: evidenceDigest(evidence),
  };
  return { ...usual, ...claims };
}

/** A good answer of this world. */
export async function makeAnswer(world: World): Promise<Presented & { readonly evidence: readonly string[] }> {
  const evidence = [undisclosed(await makeStatement(world))];
  return { attestation: await makeAttestation(world, evidence), evidence };
}

export function checksOf(world: World, more: Partial<AttestationChecks> = {}): AttestationChecks {
  return {
    anchor: anchorOf(world.anchor),
    chainOf: (entityId) => world.chains.get(entityId) ?? [],
    atS: NOW_S,
    audience: AUDIENCE,
    nonce: 'n-1',
    ...more,
  };
}

async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return base64url.encode(new Uint8Array(digest));
}
