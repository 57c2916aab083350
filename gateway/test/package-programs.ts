/*
 * What somebody writes who has installed the package, as text, since it is run and compiled where it was installed.
 */

/** TypeScript that imports each of the four modules with its types. */
export const USE_EVERYTHING = `
import { type VenueCredentials, VenueClient, type VerificationReply } from 'huren/client';
import { type ResolvedEntity, type TrustAnchor, validateChain } from 'huren/federation';
import { type Checkpoint, parseVerifierKey, verifyCheckpoint } from 'huren/log';
import { OfflineVerifier } from 'huren/verify';
export const ask = async (venue: VenueClient): Promise<VerificationReply['decision']> =>
  (await venue.verify({ code: 'YKM1', purpose: 'medical_visit' })).decision;
export const isOf = (by: OfflineVerifier, reply: VerificationReply) => by.verifyAnswer(reply, {});
// @ts-expect-error a purpose that is not listed
export const wrong = (venue: VenueClient) => venue.verify({ code: 'YKM1', purpose: 'sightseeing' });
export const clientOf = (credentials: VenueCredentials) => new VenueClient(credentials);
export const resolved = (chain: string[], anchor: TrustAnchor): Promise<ResolvedEntity> => validateChain(chain, anchor, 1);
export const checkpoint = (note: string, key: string): Checkpoint =>
  verifyCheckpoint(note, { origin: 'log', logKeys: [parseVerifierKey(key)], witnesses: [] });
export const verifier = (anchor: string, bundle: string) => new OfflineVerifier({ anchor, bundle });
`;

/** Judges every published vector by the modules and prints which came out otherwise than they say, and how many there are. */
export const RUN_VECTORS = `
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { validateChain } from 'huren/federation';
import { parseVerifierKey, verifyCheckpoint, verifyConsistency, verifyInclusion } from 'huren/log';
import { OfflineVerifier } from 'huren/verify';
const at = createRequire(import.meta.url);
const vectors = (name) => JSON.parse(readFileSync(at.resolve('huren/vectors/' + name + '.json'), 'utf8'));
const bytes = (text) => new Uint8Array(Buffer.from(text, 'base64'));
const wrong = [];
const chains = vectors('federation/chains');
for (const { name, at_s, statements, expected } of chains.vectors) {
  const got = await validateChain(statements, chains.anchor, at_s).then(
    ({ entityId, expS }) => ({ entity_id: entityId, exp_s: expS }),
    ({ code }) => ({ refused: code }),
  );
  if (JSON.stringify(got) !== JSON.stringify(expected)) wrong.push([name, got]);
}
const { inclusion, consistency, checkpoints, origin, verifier_key } = vectors('log/proofs');
for (const { name, defect, index, size, leaf_hash, proof, root } of inclusion) {
  const holds = verifyInclusion({ index, size, leafHash: bytes(leaf_hash), proof: proof.map(bytes), root: bytes(root) });
  if (holds !== (defect === null)) wrong.push([name, holds]);
}
for (const { name, defect, size1, size2, proof, root1, root2 } of consistency) {
  const holds = verifyConsistency({ size1, size2, proof: proof.map(bytes), root1: bytes(root1), root2: bytes(root2) });
  if (holds !== (defect === null)) wrong.push([name, holds]);
}
for (const { name, note, refused } of checkpoints) {
  let got = null;
  try {
    verifyCheckpoint(note, { origin, logKeys: [parseVerifierKey(verifier_key)], witnesses: [] });
  } catch ({ code }) {
    got = code;
  }
  if (got !== refused) wrong.push([name, got]);
}
const answers = vectors('forged/attestations');
const expect = { atS: answers.at_s, audience: answers.audience, nonce: answers.nonce };
for (const { name, expected, attestation, evidence, chains = {}, historical_keys } of answers.vectors) {
  // That one is for readers of chains: no bundle carries an empty one.
  if (Object.values(chains).some(({ length }) => length === 0)) continue;
  const carried = { ...answers.anchor, chains: { ...answers.chains, ...chains }, historical_keys };
  const verifier = new OfflineVerifier({ anchor: JSON.stringify(answers.anchor), bundle: JSON.stringify(carried) });
  const got = await verifier.verifyAnswer({ attestation, evidence }, expect);
  if (got.verified !== expected.verified || got.code !== expected.code) wrong.push([name, got.code]);
}
const [c, i, s, n, a] = [chains.vectors, inclusion, consistency, checkpoints, answers.vectors].map(({ length }) => length);
console.log(JSON.stringify({ wrong, chains: c, inclusion: i, consistency: s, checkpoints: n, answers: a }));
`;
