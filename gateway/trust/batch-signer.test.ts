import { beforeAll, describe, expect, test } from 'vitest';
import type { TokenForm } from '../../schemas/token-form.ts';
import { BatchSigner } from './batch-signer.ts';
import { makeKey } from './federation.fixture.ts';
import type { Signer } from './signer.ts';
import { parseCompact, verifyCompact } from './strict-jws.ts';

const TYP = 'example+jwt';
const options = { maxBytes: 4096, typ: TYP, merkle: true } as const;
const FORMS = ['jws', 'merkle'] as const;

let key: Awaited<ReturnType<typeof makeKey>>;
beforeAll(async () => {
  key = await makeKey('k1');
});

/** A batch whose members are let go one by one; `signatures` counts. */
function batchOf(members: number, signer: () => Signer = () => key.signer) {
  const counted = { signatures: 0 };
  const counting = (): Signer => {
    const by = signer();
    return {
      ...by,
      sign: (input) => {
        counted.signatures += 1;
        return by.sign(input);
      },
    };
  };
  const batch = new BatchSigner(counting, members);
  const member = (n: number, forms: readonly TokenForm[] = FORMS) => {
    const { promise: turn, resolve: begin } = Promise.withResolvers<void>();
    const token = batch.member(async (signFor) => {
      await turn;
      return await signFor(forms)({ typ: TYP }, { n });
    });
    token.catch(() => undefined);
    return { begin, token };
  };
  const refused = () => batch.member(async () => Promise.reject(new RangeError('no answer')));
  return { counted, member, refused };
}

const formsOf = (tokens: readonly string[]) => tokens.map((token) => parseCompact(token, options).form);

describe('a batch', () => {
  test('is signed more than once, or before its slowest member is ready', async () => {
    const { counted, member } = batchOf(3);
    const members = [member(0), member(1), member(2)] as const;
    for (const { begin } of members.slice(0, 2)) begin();
    await new Promise((resolve) => setImmediate(resolve));
    expect(counted.signatures).toBe(0);
    members[2].begin();
    const tokens = await Promise.all(members.map(({ token }) => token));
    expect([formsOf(tokens), counted.signatures]).toEqual([['merkle', 'merkle', 'merkle'], 1]);
    for (const [n, token] of tokens.entries())
      expect((await verifyCompact(token, key.jwk, options)).payload['n']).toBe(n);
  });

  test('waits for a member that was refused, or that takes no shared signature', async () => {
    const { counted, member, refused } = batchOf(4);
    const [one, other, plain] = [member(0), member(1), member(2, ['jws'])];
    for (const { begin } of [one, other, plain]) begin();
    await expect(refused()).rejects.toThrow(RangeError);
    const tokens = await Promise.all([one.token, other.token, plain.token]);
    expect([formsOf(tokens), counted.signatures]).toEqual([['merkle', 'merkle', 'jws'], 2]);
  });

  test('of one signed answer gives it a form that it need not have', async () => {
    const { member, refused } = batchOf(2);
    const one = member(0);
    one.begin();
    await expect(refused()).rejects.toThrow(RangeError);
    expect(formsOf([await one.token])).toEqual(['jws']);
  });

  test('counts a member twice that did not wait for its token', async () => {
    const batch = new BatchSigner(() => key.signer, 2);
    const gone = batch.member(async (signFor) => {
      void signFor(FORMS)({ typ: TYP }, { n: 0 });
      throw new RangeError('no time');
    });
    await expect(gone).rejects.toThrow(RangeError);
    expect(formsOf([await batch.member(async (signFor) => signFor(FORMS)({ typ: TYP }, { n: 1 }))])).toEqual([
      'merkle',
    ]);
  });

  test('that nobody may sign leaves a member waiting', async () => {
    const { member } = batchOf(2, () => {
      throw new RangeError('the clock is off');
    });
    const members = [member(0), member(1)];
    for (const { begin } of members) begin();
    const outcomes = await Promise.allSettled(members.map(({ token }) => token));
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });
});
