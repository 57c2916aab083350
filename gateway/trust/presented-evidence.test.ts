import { beforeEach, describe, expect, test } from 'vitest';
import {
  checksOf,
  makeAnswer,
  makeAttestation,
  makeStatement,
  makeWorld,
  undisclosed,
  type World,
} from './attestation.fixture.ts';
import { type Presented, verifyAttestation } from './verify-attestation.ts';

let world: World;

beforeEach(async () => {
  world = await makeWorld();
});

/** The code and link of a refusal, or nulls where it verifies. */
async function refusal(presented: Presented) {
  const checked = await verifyAttestation(presented, checksOf(world));
  return checked.verified ? { code: null, link: null } : { code: checked.code, link: checked.link };
}

describe('what is handed in', () => {
  test('is refused with more said than there is to say', async () => {
    const { attestation } = await makeAnswer(world);
    const mismatch = await verifyAttestation({ attestation, evidence: [] }, checksOf(world));
    expect(Object.keys(mismatch)).toEqual(['verified', 'code', 'link', 'chain']);
    expect(mismatch).toMatchObject({ code: 'evidence_mismatch', link: 'evidence' });
  });

  test('is withheld, unsigned or no list, and is taken for what was bound', async () => {
    const evidence = [undisclosed(await makeStatement(world, { status: 'red' }))];
    const doubted = {
      status: 'indeterminate',
      decision: 'refer',
      reasons: ['unsubstantiated'],
      provenance: 'violated',
    };
    const withheld = await makeAttestation(world, evidence, { ...doubted, withheld: true });
    const unsigned = await makeAttestation(world, [], { assurance: 'transport', evidence: undefined });
    for (const attestation of [withheld, unsigned]) {
      expect(await verifyAttestation({ attestation, evidence: [] }, checksOf(world))).toMatchObject({
        verified: true,
      });
    }
    expect(await verifyAttestation({ attestation: withheld, evidence }, checksOf(world))).toMatchObject({
      verified: true,
    });
    const mismatch = { code: 'evidence_mismatch', link: 'evidence' };
    expect(await refusal({ attestation: withheld, evidence: [...evidence, ...evidence] })).toEqual(mismatch);
    expect(await refusal({ attestation: unsigned, evidence })).toEqual(mismatch);
    for (const unlisted of [evidence[0], '', 7, null, { length: 0 }]) {
      const handedIn: Presented = JSON.parse(JSON.stringify({ attestation: withheld, evidence: unlisted }));
      expect(await refusal(handedIn)).toEqual(mismatch);
    }
  });

  test('names no issuer, and has a chain looked for', async () => {
    const attestation = await makeAttestation(world, [], { iss: 7 });
    expect(await refusal({ attestation })).toEqual({ code: 'claims_invalid', link: 'attestation' });
  });

  test('meets a fault of the verifier’s own, which is told as a refusal', async () => {
    const fault = new RangeError('a fault');
    const chainOf = () => {
      throw fault;
    };
    await expect(verifyAttestation(await makeAnswer(world), checksOf(world, { chainOf }))).rejects.toBe(fault);
  });
});
