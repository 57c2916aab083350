import { describe, expect, test } from 'vitest';
import { makeKey } from './federation.fixture.ts';
import { MOST_LEAVES } from './merkle-form.ts';
import type { Signer } from './signer.ts';
import { parseCompact, verifyCompact } from './strict-jws.ts';
import { TurnSigner } from './turn-signer.ts';

const TYP = 'example+jwt';
const options = { maxBytes: 4096, typ: TYP, merkle: true } as const;
const formOf = (token: string) => parseCompact(token, options).form;

/** A signer that counts what it signs. */
async function counting() {
  const { signer, jwk } = await makeKey('k1');
  const counted = { signatures: 0 };
  const by: Signer = {
    ...signer,
    sign: (input) => {
      counted.signatures += 1;
      return signer.sign(input);
    },
  };
  return { by, jwk, counted };
}

describe('what is handed in within one turn', () => {
  test('is signed more than once', async () => {
    const { by, counted } = await counting();
    const sign = new TurnSigner(() => by).signFor(['jws', 'merkle']);
    const tokens = await Promise.all([1, 2, 3].map((n) => sign({ typ: TYP }, { n })));
    expect([tokens.map(formOf), counted.signatures]).toEqual([['merkle', 'merkle', 'merkle'], 1]);
  });

  test('fills its trees to the last leaf and is signed once more', async () => {
    const { by, counted } = await counting();
    const sign = new TurnSigner(() => by).signFor(['merkle']);
    const tokens = await Promise.all(Array.from({ length: 2 * MOST_LEAVES }, (_, n) => sign({ typ: TYP }, { n })));
    expect([new Set(tokens.map(formOf)), counted.signatures]).toEqual([new Set(['merkle']), 2]);
  });

  test('and is alone is made larger than it has to be', async () => {
    const { by, jwk } = await counting();
    const turns = new TurnSigner(() => by);
    const alone = await turns.signFor(['merkle'])({ typ: TYP }, { n: 1 });
    const [beside, plain] = await Promise.all([
      turns.signFor(['merkle'])({ typ: TYP }, { n: 2 }),
      turns.signFor(['jws'])({ typ: TYP }, { n: 3 }),
    ]);
    expect([alone, beside, plain].map(formOf)).toEqual(['jws', 'jws', 'jws']);
    for (const token of [alone, beside, plain]) await verifyCompact(token, jwk, { maxBytes: 4096, typ: TYP });
  });

  test('waits for a later turn, or is signed with a key that was replaced in between', async () => {
    const [old, next] = await Promise.all([makeKey('old'), makeKey('next')]);
    let current = old.signer;
    const sign = new TurnSigner(() => current).signFor(['merkle']);
    const first = Promise.all([sign({ typ: TYP }, { n: 1 }), sign({ typ: TYP }, { n: 2 })]);
    current = next.signer;
    const kids = (await first).map((token) => parseCompact(token, options).header.kid);
    current = old.signer;
    expect([...kids, parseCompact(await sign({ typ: TYP }, { n: 3 }), options).header.kid]).toEqual([
      'next',
      'next',
      'old',
    ]);
  });
});

describe('a signer that fails', () => {
  test('leaves somebody waiting, or fails the next turn as well', async () => {
    const { by } = await counting();
    let isBroken = true;
    const sign = new TurnSigner(() => {
      if (isBroken) throw new RangeError('no key');
      return by;
    }).signFor(['merkle']);
    const outcomes = await Promise.allSettled([1, 2, 3].map((n) => sign({ typ: TYP }, { n })));
    expect(outcomes.map((outcome) => outcome.status === 'rejected' && outcome.reason instanceof RangeError)).toEqual([
      true,
      true,
      true,
    ]);
    isBroken = false;
    expect(formOf(await sign({ typ: TYP }, { n: 4 }))).toBe('jws');
  });

  test('throws at whoever takes no shared signature, in place of a refusal to wait for', async () => {
    const sign = new TurnSigner(() => {
      throw new RangeError('no key');
    }).signFor(['jws']);
    const token = sign({ typ: TYP }, { n: 1 });
    await expect(token).rejects.toThrow(RangeError);
  });

  test('while it signs is heard by one alone', async () => {
    const { by } = await counting();
    const failing: Signer = { ...by, sign: () => Promise.reject(new RangeError('token away')) };
    const sign = new TurnSigner(() => failing).signFor(['merkle']);
    const outcomes = await Promise.allSettled([1, 2].map((n) => sign({ typ: TYP }, { n })));
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });
});
