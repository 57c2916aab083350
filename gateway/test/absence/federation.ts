import {
  AUDIENCE,
  makeStatement,
  makeWorld,
  type Pair,
  undisclosed,
  type World,
} from '../../trust/attestation.fixture.ts';
import { configure, makeKey, NOW_S, naming, type Party, state } from '../../trust/federation.fixture.ts';
import { signHistoricalKeys } from '../../trust/historical-keys.ts';
import type { PublicJwk } from '../../trust/public-key.ts';
import { signStatusList } from '../../trust/status-list.ts';
import { RECOGNITION_GATEWAY, STATUS_ISSUER } from '../../trust/trust-bundle.ts';
import type { Condition } from './inputs.ts';

/** Everything that is signed once, before anything goes wrong: the keys, and each chain and list in each of its conditions. */
export interface Federation {
  readonly world: World;
  /** Whoever took the kid of the gateway's, the province's and the anchor's key. */
  readonly strangers: { readonly answers: Pair; readonly statements: Pair };
  readonly chains: ReadonlyMap<string, Chains>;
  readonly history: string;
  readonly listUri: string;
  readonly lists: ReadonlyMap<Condition, string>;
  /** Other statements than the one that is bound: an earlier one of the province, and a stranger's. */
  readonly others: { readonly earlier: string; readonly strange: string };
}

/** `gateway`: what a verifier is handed; `province`: what gateway and verifier are. */
interface Chains {
  readonly gateway: readonly string[];
  readonly province: readonly string[];
}

export const LIST_INDEX = 77;

/** The name of a pair of chains: the condition of the gateway's key shows in its chain. */
export function chainsName(chain: Condition, key: Condition): string {
  return `${chain} ${key === 'stale' ? 'over' : ''}`;
}

export async function makeFederation(): Promise<Federation> {
  const world = await makeWorld();
  const { anchor, gateway, province } = world;
  const strangers = { answers: await makeKey('answers'), statements: await makeKey('statements') };
  const impostor: Party = { entityId: anchor.entityId, ...(await makeKey(anchor.jwk.kid)) };
  const chains = new Map<string, Chains>();
  for (const chain of ['good', 'bad', 'missing', 'stale', 'wrong_signer', 'contradictory'] as const) {
    for (const key of ['good', 'stale'] as const) {
      const jwk = key === 'stale' ? { ...gateway.answers.jwk, exp: NOW_S - 1 } : gateway.answers.jwk;
      chains.set(chainsName(chain, key), {
        gateway: await chainOf(chain, {
          anchor,
          impostor,
          party: gateway,
          type: RECOGNITION_GATEWAY,
          province: '440000',
          jwk,
        }),
        province: await chainOf(chain, {
          anchor,
          impostor,
          party: province,
          type: STATUS_ISSUER,
          province: '410000',
          jwk: province.statements.jwk,
        }),
      });
    }
  }
  const life = { state: 'revoked', announced_s: 0, retired_s: null, revoked_s: NOW_S - 60, expires_s: null } as const;
  const listUri = `${gateway.entityId}/v1/statuslists/0123456789abcdef01234567`;
  return {
    world,
    strangers,
    chains,
    history: await signHistoricalKeys(
      gateway.entityId,
      [{ jwk: gateway.answers.jwk, ...life }],
      NOW_S - 60,
      gateway.signer,
    ),
    listUri,
    lists: await listsOf(gateway, strangers.answers, listUri),
    others: {
      earlier: undisclosed(await makeStatement(world, { iat: NOW_S - 40 })),
      strange: undisclosed(await makeStatement(world, {}, strangers.statements)),
    },
  };
}

interface Subject {
  readonly anchor: Party;
  readonly impostor: Party;
  readonly party: Party;
  readonly type: string;
  readonly province: string;
  readonly jwk: PublicJwk;
}

async function chainOf(condition: Condition, of: Subject): Promise<readonly string[]> {
  const { anchor, impostor, party, type, jwk } = of;
  if (condition === 'missing') return [];
  const province = condition === 'contradictory' ? '310000' : of.province;
  const own = await configure(party, {
    authority_hints: [anchor.entityId],
    metadata: { [type]: { province, jwks: { keys: [jwk] } } },
  });
  const above = await state(
    anchor,
    party,
    { ...naming(type, jwk), ...(condition === 'stale' ? { exp: NOW_S - 1 } : {}) },
    condition === 'wrong_signer' ? impostor.signer : anchor.signer,
  );
  return [own, condition === 'bad' ? spoilt(above) : above];
}

async function listsOf(gateway: World['gateway'], stranger: Pair, uri: string): Promise<Map<Condition, string>> {
  const list = { issuer: gateway.entityId, uri, withdrawn: [5], nowS: NOW_S - 10 };
  const { signer } = gateway.answers;
  return new Map<Condition, string>([
    ['good', await signStatusList(list, signer)],
    ['bad', await signStatusList({ ...list, withdrawn: [LIST_INDEX] }, signer)],
    ['stale', await signStatusList({ ...list, nowS: NOW_S - 100_000 }, signer)],
    ['wrong_signer', await signStatusList(list, stranger.signer)],
    ['contradictory', await signStatusList({ ...list, uri: `${uri}0` }, signer)],
  ]);
}

/** A token whose signature is another one of the same length. */
export function spoilt(token: string): string {
  const dot = token.lastIndexOf('.') + 1;
  const char = token.charAt(dot) === 'A' ? 'B' : 'A';
  return token.slice(0, dot) + char + token.slice(dot + 1);
}

export { AUDIENCE };
