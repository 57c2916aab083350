import type { Row } from './fold-row.fixture.ts';
import { actors, type HENAN_1_NAMED, HENAN_2, makeActor, NAME, naming, type World } from './registry.fixture.ts';

const { anchor, henan, shanghai } = actors;
const FULL = { stage: 'full' } as const;
const SHADOW = { stage: 'shadow' } as const;
const NODE = 'https://issuer.henan.example';

/** Manifests that name a node: whom the province has admitted counts when they are put to use. */
export const NODES: Row[] = [
  [
    'a node that nobody has admitted',
    'node_not_admitted',
    'active',
    async (w) => {
      const named = await approveByNode(w);
      return w.try(henan, 'adapter_activated', { ...named, mode: FULL });
    },
  ],
  [
    'a trial by a node that its province has removed',
    'node_not_admitted',
    'active',
    async (w) => {
      const named = await approveByNode(w);
      await admitNode(w, henan, '410000', 'issuer');
      await w.do(henan, 'subordinate_removed', { entity_id: NODE });
      return w.try(henan, 'adapter_activated', { ...named, mode: SHADOW });
    },
  ],
  [
    'a node that is the issuer of another province',
    'node_not_admitted',
    'active',
    async (w) => {
      const named = await approveByNode(w);
      await admitNode(w, shanghai, '310000', 'issuer');
      return w.try(henan, 'adapter_activated', { ...named, mode: FULL });
    },
  ],
  [
    'a node that is a gateway of the province',
    'node_not_admitted',
    'active',
    async (w) => {
      const named = await approveByNode(w);
      await admitNode(w, henan, '410000', 'gateway');
      return w.try(henan, 'adapter_activated', { ...named, mode: FULL });
    },
  ],
  [
    'a roll-back to a node that its province has removed',
    'node_not_admitted',
    'active',
    async (w) => {
      const named = await approveByNode(w);
      await admitNode(w, henan, '410000', 'issuer');
      await w.do(henan, 'adapter_activated', { ...named, mode: FULL });
      await w.do(henan, 'adapter_rolled_back', { province: '410000', to_version: '1.0.0' });
      await w.do(henan, 'subordinate_removed', { entity_id: NODE });
      return w.try(henan, 'adapter_rolled_back', { province: '410000', to_version: '2.0.0' });
    },
  ],
];

/** Henan 2.0.0, which names a node, as far as its activation. */
async function approveByNode(world: World): Promise<typeof HENAN_1_NAMED> {
  const manifest = JSON.stringify({ ...JSON.parse(HENAN_2.manifest), node: NODE, route: ['node'] });
  const texts = { ...HENAN_2, manifest };
  await world.submitAndCheck(henan, texts);
  const named = naming('410000', '2.0.0', texts);
  await world.approve(named);
  return named;
}

/** The entity of that address, below a province that the anchor admits for it. */
async function admitNode(
  world: World,
  actor: typeof henan,
  province: '410000' | '310000',
  kind: 'issuer' | 'gateway',
): Promise<void> {
  const { publicJwk } = await makeActor('node');
  const jwks = { keys: [publicJwk] };
  const above = { entity_id: actor.entityId, kind: 'province', name: NAME, jwks, province } as const;
  await world.do(anchor, 'subordinate_admitted', above);
  await world.do(actor, 'subordinate_admitted', { entity_id: NODE, kind, name: NAME, jwks });
}
