import { beforeAll, describe, expect, test } from 'vitest';
import { buildChain, type ChainLimits } from './chain-builder.ts';
import {
  anchorOf,
  codeOf,
  configure,
  makeKey,
  makeParty,
  NOW_S,
  type Party,
  refusalOf,
  state,
} from './federation.fixture.ts';
import { validateChain } from './trust-chain.ts';

/** A federation as it lies in a bundle: each party's superiors, and statements by "superior subject". */
class Bundle {
  readonly configurations = new Map<string, string>();
  readonly statements = new Map<string, string>();
  readonly asked: string[] = [];

  async add(party: Party, superiors: readonly Party[]): Promise<void> {
    const hints = superiors.map(({ entityId }) => entityId);
    const claims = hints.length === 0 ? {} : { authority_hints: hints };
    this.configurations.set(party.entityId, await configure(party, claims));
    for (const superior of superiors) {
      this.statements.set(`${superior.entityId} ${party.entityId}`, await state(superior, party));
    }
  }

  async fetchEntityConfiguration(entityId: string): Promise<string | null> {
    this.asked.push(entityId);
    return this.configurations.get(entityId) ?? null;
  }

  async fetchSubordinateStatement(issuer: { sub: string }, subjectId: string): Promise<string | null> {
    this.asked.push(`${issuer.sub} ${subjectId}`);
    return this.statements.get(`${issuer.sub} ${subjectId}`) ?? null;
  }
}

let anchor: Party;
let province: Party;
let agency: Party;
let leaf: Party;

beforeAll(async () => {
  [anchor, province, agency, leaf] = await Promise.all([
    makeParty('https://anchor.example'),
    makeParty('https://province.example'),
    makeParty('https://agency.example'),
    makeParty('https://leaf.example'),
  ]);
});

async function straight(): Promise<Bundle> {
  const bundle = new Bundle();
  await bundle.add(anchor, []);
  await bundle.add(province, [anchor]);
  await bundle.add(agency, [province]);
  await bundle.add(leaf, [agency]);
  return bundle;
}

function build(bundle: Bundle, limits: Partial<ChainLimits> = {}, from = leaf) {
  return buildChain(from.entityId, anchorOf(anchor), {
    fetchEntityConfiguration: (entityId) => bundle.fetchEntityConfiguration(entityId),
    fetchSubordinateStatement: (issuer, subjectId) => bundle.fetchSubordinateStatement(issuer, subjectId),
    atS: NOW_S,
    limits,
  });
}

const pathOf = ({ resolved }: Awaited<ReturnType<typeof build>>) => resolved.path.map(({ entityId }) => entityId);

describe('finding a chain', () => {
  test('climbs to the anchor and hands out statements that validate by themselves', async () => {
    const built = await build(await straight());
    expect(pathOf(built)).toEqual([leaf, agency, province, anchor].map(({ entityId }) => entityId));
    expect(built.statements).toHaveLength(5);
    expect(await validateChain(built.statements, anchorOf(anchor), NOW_S)).toEqual(built.resolved);
  });

  test('resolves the anchor itself', async () => {
    expect(pathOf(await build(await straight(), {}, anchor))).toEqual([anchor.entityId]);
  });

  test('takes the anchor first where it is a direct superior', async () => {
    const bundle = await straight();
    await bundle.add(leaf, [agency, anchor]);
    expect(pathOf(await build(bundle))).toEqual([leaf.entityId, anchor.entityId]);
  });

  test('goes round a superior that is down, broken, or leads nowhere', async () => {
    const bundle = await straight();
    const [down, forger, island] = await Promise.all(
      ['down', 'forger', 'island'].map((name) => makeParty(`https://${name}.example`)),
    );
    if (down === undefined || forger === undefined || island === undefined) throw new Error('no parties');
    await bundle.add(forger, [anchor]);
    await bundle.add(island, []);
    await bundle.add(leaf, [down, forger, island, agency]);
    const other = await makeKey(forger.jwk.kid);
    bundle.statements.set(`${forger.entityId} ${leaf.entityId}`, await state(forger, leaf, {}, other.signer));
    expect(pathOf(await build(bundle))).toContain(agency.entityId);
  });

  test('fetches nothing twice', async () => {
    const bundle = await straight();
    await bundle.add(leaf, [province, agency]);
    bundle.statements.delete(`${province.entityId} ${leaf.entityId}`);
    await build(bundle);
    expect(bundle.asked).toEqual([...new Set(bundle.asked)]);
  });
});

describe('refusals', () => {
  test('an entity that nobody knows', async () => {
    expect(await codeOf(async () => build(new Bundle()))).toBe('chain_broken');
  });

  test('a path that ends short of the anchor', async () => {
    const bundle = await straight();
    await bundle.add(province, []);
    expect(await refusalOf(() => build(bundle))).toMatchObject({ code: 'anchor_unknown', link: province.entityId });
  });

  test('a superior that does not know the subject', async () => {
    const bundle = await straight();
    bundle.statements.delete(`${agency.entityId} ${leaf.entityId}`);
    expect(await refusalOf(() => build(bundle))).toMatchObject({ code: 'chain_broken', link: agency.entityId });
  });

  test('a configuration of somebody else', async () => {
    const bundle = await straight();
    bundle.configurations.set(agency.entityId, await configure(province));
    expect(await codeOf(() => build(bundle))).toBe('subject_mismatch');
  });

  test('a network fault', async () => {
    const bundle = await straight();
    bundle.fetchSubordinateStatement = () => Promise.reject(new Error('ECONNREFUSED'));
    expect(await codeOf(() => build(bundle))).toBe('fetch_failed');
  });

  test('an expired statement on the only path', async () => {
    const bundle = await straight();
    bundle.statements.set(`${province.entityId} ${agency.entityId}`, await state(province, agency, { exp: NOW_S }));
    expect(await refusalOf(() => build(bundle))).toMatchObject({ code: 'expired', link: province.entityId });
  });

  test('of several dead ends, the one that got furthest is told', async () => {
    const bundle = await straight();
    const down = await makeParty('https://down.example');
    await bundle.add(leaf, [down, agency]);
    bundle.statements.set(`${anchor.entityId} ${province.entityId}`, await state(anchor, province, { exp: NOW_S }));
    expect(await refusalOf(() => build(bundle))).toMatchObject({ code: 'expired', link: anchor.entityId });
  });

  test('a superior that is its own superior', async () => {
    const bundle = await straight();
    await bundle.add(province, [agency]);
    expect(await codeOf(() => build(bundle))).toBe('chain_loop');
  });

  test('an entity that names too many superiors', async () => {
    const bundle = await straight();
    await bundle.add(leaf, [agency, province, anchor]);
    expect(await codeOf(() => build(bundle, { maxFanOut: 2 }))).toBe('chain_fan_out');
    expect(pathOf(await build(bundle, { maxFanOut: 3 }))).toHaveLength(2);
  });

  test('a path longer than the limit', async () => {
    const bundle = await straight();
    expect(await codeOf(() => build(bundle, { maxStatements: 4 }))).toBe('chain_too_long');
    expect(pathOf(await build(bundle, { maxStatements: 5 }))).toHaveLength(4);
  });

  test('an endless ladder', async () => {
    const bundle = new Bundle();
    const rungs = await Promise.all(Array.from({ length: 20 }, (_, index) => makeParty(`https://r${index}.example`)));
    for (const [index, rung] of rungs.entries()) await bundle.add(rung, rungs.slice(index + 1, index + 2));
    expect(await codeOf(() => build(bundle, {}, rungs[0]))).toBe('chain_too_long');
    expect(bundle.asked.length).toBeLessThan(16);
  });

  test('a thicket made to keep us searching', async () => {
    const bundle = new Bundle();
    const thicket = await Promise.all(Array.from({ length: 8 }, (_, index) => makeParty(`https://t${index}.example`)));
    for (const party of thicket)
      await bundle.add(
        party,
        thicket.filter((other) => other !== party),
      );
    expect(await codeOf(() => build(bundle, {}, thicket[0]))).toBe('chain_fan_out');
    expect(bundle.asked.length).toBeLessThanOrEqual(32);
  });
});
