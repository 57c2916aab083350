import { expect, test } from 'vitest';
import { loadProvinces } from '../../adapters/provinces/index.ts';
import type { ProvinceCode } from '../../schemas/code-lists/index.ts';
import type { ProvinceAnswer, Question } from './question.ts';
import { sharedAsk } from './shared-ask.ts';

const ANSWER: ProvinceAnswer = { kind: 'absent', why: 'unknown' };

/** How often a system is asked when two destinations ask at once. */
async function askedFor(province: ProvinceCode): Promise<number> {
  const manifest = loadProvinces().find((one) => one.manifest.province === province)?.manifest;
  if (manifest === undefined) throw new Error(`${province} has no folder`);
  const adapter = { manifest, digest: 'a digest', stage: 'active', conformance: null } as const;
  let asked = 0;
  const ask = sharedAsk(async () => {
    asked += 1;
    return ANSWER;
  });
  const question = (destination: ProvinceCode): Question => {
    return { token: 'one', code: 'one', purpose: 'venue_entry', destination, forms: ['jws'], gateway: null };
  };
  await Promise.all([ask(adapter, question('440000')), ask(adapter, question('460000'))]);
  return asked;
}

test('one destination is told what a certificate comes to under the rules of another', async () => {
  await expect(askedFor('900000')).resolves.toBe(2);
});

test('a system whose answer is the same everywhere is asked once for every destination', async () => {
  await expect(askedFor('410000')).resolves.toBe(1);
});
