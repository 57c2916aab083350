import { base64url } from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import { ATTESTATION_TYP } from '../../schemas/attestation.ts';
import { EVERY_FORM } from '../../schemas/token-form.ts';
import { leafHash } from '../log/merkle.ts';
import { checksOf, makeStatement, makeWorld, sayOf, undisclosed, type World } from './attestation.fixture.ts';
import { parseMerkleProof } from './merkle-form.ts';
import { decodeBase64url } from './strict-json.ts';
import { TurnSigner } from './turn-signer.ts';
import { verifyAttestation } from './verify-attestation.ts';

let world: World;
let evidence: readonly string[];
let tokens: readonly string[];
beforeAll(async () => {
  world = await makeWorld();
  evidence = [undisclosed(await makeStatement(world))];
  const sign = new TurnSigner(() => world.gateway.answers.signer).signFor(EVERY_FORM);
  const said = await Promise.all([0, 1, 2].map((n) => sayOf(world, evidence, { jti: `jti-${n}-0123456789abcdef` })));
  tokens = await Promise.all(said.map((claims) => sign({ typ: ATTESTATION_TYP }, claims)));
});

const verify = (attestation: string) => verifyAttestation({ attestation, evidence }, checksOf(world));

describe('an attestation that shares its signature', () => {
  test('is not verified up to the anchor like any other', async () => {
    for (const token of tokens) {
      expect(await verify(token)).toMatchObject({
        verified: true,
        chain: [{ typ: ATTESTATION_TYP, ok: true }, {}, {}, {}, {}],
      });
    }
  });

  test('verifies whichever of its letters is another', async () => {
    const [token = ''] = tokens;
    for (let at = 0; at < token.length; at += 1) {
      const other = token[at] === 'A' ? 'B' : 'A';
      const { verified } = await verify(`${token.slice(0, at)}${other}${token.slice(at + 1)}`);
      expect(verified, `letter ${at}`).toBe(false);
    }
  });

  test('tells whoever knows all about a sibling but its identifier that it is there', async () => {
    const [own = '', sibling = ''] = tokens;
    const [head = '', body = '', place = ''] = own.split('.');
    const [lowest] = parseMerkleProof(decodeBase64url(place)).path;
    const hash = (input: string) => leafHash(new TextEncoder().encode(input));
    expect(lowest).toEqual(hash(sibling.split('.', 2).join('.')));
    // What is left to guess is the identifier alone.
    const guess = Buffer.from(base64url.decode(body)).toString().replace('jti-0', 'jti-9');
    expect(lowest).not.toEqual(hash(`${head}.${base64url.encode(guess)}`));
  });
});
