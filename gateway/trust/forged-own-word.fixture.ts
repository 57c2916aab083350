import { makeAttestation, makeStatement, undisclosed, type World } from './attestation.fixture.ts';
import { configure, NOW_S, naming, type Party, state } from './federation.fixture.ts';
import type { KeyOf } from './forged-signers.fixture.ts';
import type { JsonObject } from './strict-json.ts';
import { RECOGNITION_GATEWAY, STATUS_ISSUER } from './trust-bundle.ts';
import { type AttestationVector, refused } from './vector.fixture.ts';

const NODE = 'https://issuer.example';

/**
 * What somebody can make who has stolen an entity's federation key and nothing else: configurations that name a key of
 * his own, below a superior that does not name it.
 */
export async function ownWordVectors(world: World, keyOf: KeyOf): Promise<AttestationVector[]> {
  const { anchor, gateway, province, chains } = world;
  const node = { entityId: NODE, ...(await keyOf(`key of ${NODE}`)) };
  const [thief, known] = [await keyOf('a-key-of-the-thief'), await keyOf('a-key-that-the-log-has')];
  const [, above = ''] = chains.get(province.entityId) ?? [];
  const said = (type: string, code: string, superior: Party, of: Party) =>
    configure(of, {
      authority_hints: [superior.entityId],
      metadata: { [type]: { province: code, jwks: { keys: [thief.jwk] } } },
    });
  const byGateway = async (superiorSays: JsonObject) => ({
    [gateway.entityId]: [
      await said(RECOGNITION_GATEWAY, '440000', anchor, gateway),
      await state(anchor, gateway, superiorSays),
    ],
  });
  const byNode = async (superiorSays: JsonObject) => ({
    [NODE]: [await said(STATUS_ISSUER, '410000', province, node), await state(province, node, superiorSays), above],
  });
  const good = [undisclosed(await makeStatement(world))];
  const attested = { attestation: await makeAttestation(world, good, {}, thief), evidence: good };
  const evidence = [undisclosed(await makeStatement(world, { iss: NODE }, thief))];
  const ways = { assurance: 'node-signed', adapter: '410000@1.0.0#0 by node' };
  const stated = { attestation: await makeAttestation(world, evidence, ways), evidence };
  const over = { ...thief.jwk, exp: NOW_S };
  return [
    {
      name: 'gateway-key-by-its-own-word',
      defect: 'only the gateway itself names the key',
      ...attested,
      chains: await byGateway(naming(RECOGNITION_GATEWAY, known.jwk)),
      expected: refused('key_unknown', 'attestation'),
    },
    {
      name: 'gateway-without-a-key-by-its-superior',
      defect: 'its superior names no key of the gateway',
      ...attested,
      chains: await byGateway({}),
      expected: refused('invalid_metadata', 'attestation'),
    },
    {
      name: 'node-key-by-its-own-word',
      defect: 'only the node itself names the key that signed the statement',
      ...stated,
      chains: await byNode(naming(STATUS_ISSUER, known.jwk)),
      expected: refused('key_unknown', 'statement'),
    },
    {
      name: 'node-without-a-key-by-its-superior',
      defect: 'its province names no key of the node',
      ...stated,
      chains: await byNode({}),
      expected: refused('invalid_metadata', 'statement'),
    },
    {
      name: 'node-key-over-by-its-superior',
      defect: 'the province says that the key is over, and the node says nothing of it',
      ...stated,
      chains: await byNode(naming(STATUS_ISSUER, over)),
      expected: refused('key_outside_window', 'statement'),
    },
  ];
}
