import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ATTESTATION_TYP } from '../../schemas/attestation.ts';
import { proofVectors } from '../log/proof-vectors.fixture.ts';
import { AUDIENCE, makeWorld } from '../trust/attestation.fixture.ts';
import { chainVectors } from '../trust/chain-vectors.fixture.ts';
import { anchorOf, NOW_S } from '../trust/federation.fixture.ts';
import { attestationVectors } from '../trust/forged-attestations.fixture.ts';
import { merkleVectors } from '../trust/forged-merkle.fixture.ts';
import { statementVectors } from '../trust/forged-statements.fixture.ts';
import { seededKey } from '../trust/seeded-key.fixture.ts';
import type { TrustErrorCode } from '../trust/trust-error.ts';
import { credentialVectors } from './credential-vectors/document.ts';
import { ROOT } from './import-graph.ts';

/*
 * Writes schemas/vectors/forged/, credentials/, federation/ and log/: attestations, statements, holder-carried certificates,
 * trust chains and proofs with what a verifier has to make of each, for whoever writes another one; and the attestations of
 * schemas/vectors/token-forms/, for whoever writes a reader of tokens. Keys are made of their names and signatures are deterministic, so the same code always
 * gives the same bytes. With --check it only says whether they agree, by its exit code.
 */

const FOLDER = join(ROOT, 'schemas/vectors');

const world = await makeWorld(seededKey);
const chains = await chainVectors();
/** What a reader sees without knowing who may sign what. */
const SEEN_IN_THE_TOKEN: ReadonlySet<TrustErrorCode> = new Set([
  'signature_invalid',
  'token_malformed',
  'crit_unknown',
  'typ_wrong',
  'key_unknown',
]);
const ofTokens = (await merkleVectors(world, seededKey)).flatMap(({ name, defect, attestation, expected }) =>
  expected.verified || SEEN_IN_THE_TOKEN.has(expected.code)
    ? [
        [
          `token-forms/attestation-${name}.json`,
          {
            typ: ATTESTATION_TYP,
            ...(defect === null ? {} : { defect }),
            expected: expected.verified ? 'valid' : expected.code,
            jwk: world.gateway.answers.jwk,
            token: attestation,
          },
        ],
      ]
    : [],
);
const files = {
  'forged/attestations.json': {
    about: 'Each vector with the chains of this file, or its own in their place. No evidence: nobody kept it.',
    at_s: NOW_S,
    audience: AUDIENCE,
    nonce: 'n-1',
    anchor: { entity_id: world.anchor.entityId, jwks: { keys: [world.anchor.jwk] } },
    chains: Object.fromEntries(world.chains),
    vectors: await attestationVectors(world, seededKey),
  },
  'forged/statements.json': {
    about: 'Each statement opened with all its disclosures. refused: the code, or null where it has to be read.',
    at_s: NOW_S,
    issuer: world.province.entityId,
    jwks: { keys: [world.province.statements.jwk] },
    vectors: await statementVectors(world),
  },
  'federation/chains.json': {
    about: 'Each chain validated against this anchor at its own time: what it resolves to, or the code of its refusal.',
    anchor: anchorOf(chains.anchor),
    vectors: chains.vectors,
  },
  'log/proofs.json': await proofVectors(),
  ...Object.fromEntries(ofTokens),
  'credentials/certificates.json': credentialVectors(),
};

let isInStep = true;
for (const [name, content] of Object.entries(files)) {
  const path = join(FOLDER, name);
  const text = `${JSON.stringify(content, null, 1)}\n`;
  if (existsSync(path) && readFileSync(path, 'utf8') === text) continue;
  isInStep = false;
  if (process.argv.includes('--check')) {
    console.error(`schemas/vectors/${name}: out of step; run npm run generate`);
    continue;
  }
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
if (!isInStep && process.argv.includes('--check')) process.exitCode = 1;
