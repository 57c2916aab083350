import { base64url, decodeJwt } from 'jose';
import { ATTESTATION_TYP } from '../../schemas/attestation.ts';
import { STATEMENT_TYP } from '../../schemas/statement.ts';
import { leafHash } from '../log/merkle.ts';
import { buildMerkleTree } from '../log/merkle-tree.ts';
import { makeStatement, sayOf, undisclosed, type World } from './attestation.fixture.ts';
import { NOW_S } from './federation.fixture.ts';
import type { KeyOf } from './forged-signers.fixture.ts';
import { encodeMerkleProof, MERKLE_MEMBERS, type MerkleProof, parseMerkleProof, rootText } from './merkle-form.ts';
import { encodePart, type Signer } from './signer.ts';
import { decodeBase64url, type JsonObject } from './strict-json.ts';
import { type AttestationVector, type Expected, refused } from './vector.fixture.ts';

/** A token as it stands before anybody signs it. */
interface Leaf {
  readonly header: JsonObject;
  readonly payload: JsonObject;
}

const SIZE = 7;
const GOOD: Expected = { verified: true };

/** One signature over any tokens, whatever their headers say: what an honest key might be made to sign. */
export async function signTree(leaves: readonly Leaf[], signer: Signer, text = rootText): Promise<string[]> {
  const inputs = leaves.map(({ header, payload }) => `${encodePart(header)}.${encodePart(payload)}`);
  const encoder = new TextEncoder();
  const { root, pathOf } = buildMerkleTree(inputs.map((input) => leafHash(encoder.encode(input))));
  const signature = new Uint8Array(await signer.sign(encoder.encode(text(inputs.length, root))));
  return inputs.map(
    (input, index) => `${input}.${encodeMerkleProof({ index, size: inputs.length, path: pathOf(index), signature })}`,
  );
}

/** Attestations of one batch, with one thing wrong of one of them: its place, its header, or who signed the root. */
export async function merkleVectors(world: World, keyOf: KeyOf): Promise<AttestationVector[]> {
  const evidence = [undisclosed(await makeStatement(world))];
  const said = await Promise.all(Array.from({ length: SIZE }, (_, n) => sayOf(world, evidence, { jti: jtiOf(n) })));
  const plant = plantIn(world, said);
  const tree = await plant();
  const bad = (name: string, defect: string, attestation = '', code: Code = 'signature_invalid') => {
    return { name: `merkle-${name}`, defect, attestation, evidence, expected: refused(code, 'attestation') };
  };
  return [
    ...[0, 2, SIZE - 1].map((at) => {
      return {
        name: `merkle-${at + 1}-of-${SIZE}`,
        defect: null,
        attestation: tree[at] ?? '',
        evidence,
        expected: GOOD,
      };
    }),
    ...(await changedInPlace(world, plant, tree, bad)),
    ...(await changedInHeader(world, plant, tree[2] ?? '', bad)),
    ...(await signedByAnother(world, keyOf, plant, bad)),
    ...(await saidWrongly(world, plant, evidence)),
  ];
}

type Code = Parameters<typeof refused>[0];
type Bad = (name: string, defect: string, attestation?: string, code?: Code) => AttestationVector;
type Plant = (change?: Partial<Leaf>, by?: Signer, text?: typeof rootText) => Promise<string[]>;

/** Plants the batch, where asked with another header or payload in its third place. */
function plantIn({ gateway }: World, said: readonly JsonObject[]): Plant {
  return async (change = {}, by = gateway.answers.signer, text = rootText) => {
    const { alg, kid } = by;
    const header = { alg, typ: ATTESTATION_TYP, kid, ...MERKLE_MEMBERS };
    const leaves = said.map((payload, at) => ({ header, payload, ...(at === 2 ? change : {}) }));
    return await signTree(leaves, by, text);
  };
}

async function changedInPlace(
  { gateway }: World,
  plant: Plant,
  tree: readonly string[],
  bad: Bad,
): Promise<AttestationVector[]> {
  const [third = '', fourth = ''] = tree.slice(2);
  const proof = proofOf(third);
  const [other = ''] = (await plant({ payload: { other: 'batch' } })).slice(2);
  const placed = (change: Partial<MerkleProof>) => withLast(third, encodeMerkleProof({ ...proof, ...change }));
  const flipped = proof.signature.map((octet, at) => (at === 0 ? octet ^ 1 : octet));
  const [lowest = new Uint8Array(32), ...above] = proof.path;
  const paths = { cut: above, long: [...proof.path, lowest], changed: [lowest.map((octet) => octet ^ 1), ...above] };
  const bytes = decodeBase64url(last(third));
  const longer = Uint8Array.from([...bytes.subarray(0, -64), 0, ...bytes.subarray(-64)]);
  return [
    bad('place-of-a-sibling', 'the third part of a sibling', withLast(third, last(fourth))),
    bad('index-of-a-neighbour', 'another index', placed({ index: 3 })),
    bad('index-beyond', 'an index that the tree has not', placed({ index: SIZE }), 'token_malformed'),
    bad('size-one-more', 'another size', placed({ size: SIZE + 1 })),
    bad('size-beyond-256', 'more leaves than a signature may stand for', placed({ size: 257 }), 'token_malformed'),
    bad('path-cut', 'a path that is too short', placed({ path: paths.cut }), 'token_malformed'),
    bad('path-longer', 'a path that is too long', placed({ path: paths.long }), 'token_malformed'),
    bad('path-changed', 'another hash in the path', placed({ path: paths.changed })),
    bad('octet-more', 'an octet before the signature', withLast(third, base64url.encode(longer)), 'token_malformed'),
    bad('signature-changed', 'another signature', placed({ signature: flipped })),
    bad(
      'signature-of-another-batch',
      'the good signature of other tokens',
      placed({ signature: proofOf(other).signature }),
    ),
    bad('tree-of-one', 'a tree of one leaf', await alone(gateway.answers.signer, third), 'token_malformed'),
  ];
}

async function changedInHeader(
  { gateway }: World,
  plant: Plant,
  token: string,
  bad: Bad,
): Promise<AttestationVector[]> {
  const by = gateway.answers.signer;
  const [head = '', body = ''] = token.split('.');
  const header = { alg: by.alg, typ: ATTESTATION_TYP, kid: by.kid, ...MERKLE_MEMBERS };
  const under = async (changed: JsonObject) => (await plant({ header: { ...header, ...changed } }))[2];
  const plainHead = encodePart({ alg: by.alg, typ: ATTESTATION_TYP, kid: by.kid });
  const overHead = base64url.encode(await by.sign(new TextEncoder().encode(`${head}.${body}`)));
  const said = encodePart({ ...decodeJwt(token), jti: jtiOf(3) });
  return [
    bad('payload-changed', 'another payload', `${head}.${said}.${last(token)}`),
    bad(
      'header-changed',
      'another kid, of a key that there is not',
      `${encodePart({ ...header, kid: 'k' })}.${body}.${last(token)}`,
      'key_unknown',
    ),
    bad('later-version', 'a version that is not known', await under({ 'huren-merkle': 2 }), 'crit_unknown'),
    bad('not-critical', 'a form that may be ignored', await under({ crit: undefined }), 'crit_unknown'),
    bad('beside-another', 'another critical extension', await under({ crit: ['huren-merkle', 'exp'] }), 'crit_unknown'),
    bad('typed-as-a-statement', 'another type', await under({ typ: STATEMENT_TYP }), 'typ_wrong'),
    bad(
      'plain-signature',
      'the form is claimed over a signature of the token’s own',
      `${head}.${body}.${overHead}`,
      'token_malformed',
    ),
    bad(
      'under-a-plain-header',
      'a place in a tree under a header that does not say so',
      `${plainHead}.${body}.${last(token)}`,
    ),
  ];
}

async function signedByAnother(
  { gateway, province }: World,
  keyOf: KeyOf,
  plant: Plant,
  bad: Bad,
): Promise<AttestationVector[]> {
  const stranger = await keyOf('answers', 'a stranger who took the kid');
  const by = async (signer: Signer) => (await plant({}, signer))[2];
  const over = async (text: typeof rootText) => (await plant({}, gateway.answers.signer, text))[2];
  return [
    bad('root-by-a-stranger', 'another key under the gateway’s kid', await by(stranger.signer)),
    bad('root-by-the-federation-key', 'the gateway’s key of another use', await by(gateway.signer), 'key_unknown'),
    bad('root-by-the-province', 'the key of a province', await by(province.statements.signer), 'key_unknown'),
    bad(
      'root-without-prefix',
      'what is signed could be another text',
      await over((size, root) => rootText(size, root).slice(1)),
    ),
    bad(
      'root-of-another-size',
      'what is signed names another size',
      await over((size, root) => rootText(size + 1, root)),
    ),
  ];
}

/** Rightly signed, and still nobody's good answer. */
async function saidWrongly(world: World, plant: Plant, evidence: readonly string[]): Promise<AttestationVector[]> {
  const saying = async (name: string, defect: string, expected: Expected, said: JsonObject, shown = evidence) => {
    const payload = await sayOf(world, evidence, { jti: jtiOf(2), ...said });
    const [attestation = ''] = (await plant({ payload })).slice(2);
    return { name: `merkle-${name}`, defect, attestation, evidence: shown, expected };
  };
  const other = [undisclosed(await makeStatement(world, { iat: NOW_S - 9 }))];
  return [
    await saying('for-the-venue-of-a-sibling', 'a sibling’s audience', refused('audience_mismatch', 'attestation'), {
      aud: 'another-venue',
    }),
    await saying(
      'for-another-province',
      'a destination that is not its gateway’s',
      refused('destination_mismatch', 'attestation'),
      { destination: '310000' },
    ),
    await saying('expired', 'its time is over', refused('expired', 'attestation'), { iat: NOW_S - 120, exp: NOW_S }),
    await saying(
      'without-a-reason',
      'a pass that nothing explains',
      refused('rule_broken', 'attestation', 'reason_out_of_place'),
      { reasons: ['too_old'] },
    ),
    await saying(
      'evidence-of-a-sibling',
      'the statement behind a sibling',
      refused('evidence_mismatch', 'evidence'),
      {},
      other,
    ),
  ];
}

async function alone(signer: Signer, token: string): Promise<string> {
  const [head = '', body = ''] = token.split('.');
  const leaf = leafHash(new TextEncoder().encode(`${head}.${body}`));
  const signature = new Uint8Array(await signer.sign(new TextEncoder().encode(rootText(1, leaf))));
  return `${head}.${body}.${encodeMerkleProof({ index: 0, size: 1, path: [], signature })}`;
}

function jtiOf(n: number): string {
  return `jti-${n}-0123456789abcdef`;
}

function last(token: string): string {
  return token.split('.')[2] ?? '';
}

function withLast(token: string, third: string): string {
  return `${token.split('.', 2).join('.')}.${third}`;
}

function proofOf(token: string): MerkleProof {
  return parseMerkleProof(decodeBase64url(last(token)));
}
