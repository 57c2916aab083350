import { anchorOf, codeOf, configure, makeParty, NOW_S, state } from './federation.fixture.ts';
import type { JsonObject } from './strict-json.ts';
import { validateChain } from './trust-chain.ts';

export const anchor = await makeParty('https://anchor.example');
export const province = await makeParty('https://province.example');
export const agency = await makeParty('https://agency.province.example', 'agency key', 'EdDSA');
export const leaf = await makeParty('https://gateway.agency.province.example');
export const stranger = await makeParty('https://stranger.example');

export interface Changes {
  readonly leaf?: JsonObject;
  readonly byAgency?: JsonObject;
  readonly byProvince?: JsonObject;
  readonly byAnchor?: JsonObject;
}

/** leaf <- agency <- province <- anchor, with claims changed where a test wants them. */
export async function chainWith(changes: Changes = {}): Promise<string[]> {
  return Promise.all([
    configure(leaf, { authority_hints: [agency.entityId], metadata: { gateway: { a: 1 } }, ...changes.leaf }),
    state(agency, leaf, changes.byAgency),
    state(province, agency, changes.byProvince),
    state(anchor, province, changes.byAnchor),
  ]);
}

export const validate = (statements: readonly string[], atS = NOW_S) =>
  validateChain(statements, anchorOf(anchor), atS);
export const codeWith = async (changes: Changes) => {
  const statements = await chainWith(changes);
  return codeOf(() => validate(statements));
};

/** The good chain with one statement in another's place. */
export async function replaced(index: number, token: Promise<string>): Promise<string[]> {
  return (await chainWith()).with(index, await token);
}
