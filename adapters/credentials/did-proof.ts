import { p256 } from '@noble/curves/nist';
import { sha256 } from '@noble/hashes/sha2';
import { decodeBase64url, encodeBase64url } from './base64url.ts';
import { CredentialListError } from './credential-list-error.ts';
import type { DidKey, DidList } from './gdhcn-list.ts';

const SECURITY = 'https://w3id.org/security#';
const RDF = 'http://www.w3.org/1999/02/22-rdf-syntax-ns#';
const CREATED = 'http://purl.org/dc/terms/created';
const DATE_TIME = 'http://www.w3.org/2001/XMLSchema#dateTime';
const VALUE_SETS = 'https://smart.who.int/trust/ValueSet-';
/** Of a detached JWS over octets that are not encoded (RFC 7797), as the signer writes it. */
const HEADER = encodeBase64url(new TextEncoder().encode('{"b64":false,"crit":["b64"],"alg":"ES256"}'));

/**
 * Checks the JsonWebSignature2020 proof of a list (W3C JWS 2020 suite; RDF Dataset Canonicalization). Every node of such a list has
 * a name, so its canonical form is the sorted list of its N-Quads, without the part of the algorithm that names what has
 * none. The members that the schema allows are all that is turned into quads. Throws `list_signature_invalid`, or
 * `list_quirk_elsewhere` for a signature in DER that is not `inDer`.
 */
export function checkDidProof(list: DidList, spki: Uint8Array, { inDer }: { readonly inDer: boolean }): void {
  const [header, payload, signaturePart = '', ...more] = list.proof.jws.split('.');
  const signature = decodeBase64url(signaturePart);
  if (header !== HEADER || payload !== '' || more.length > 0 || signature === null) {
    throw new CredentialListError('list_malformed', 'not a detached JWS of the suite');
  }
  const isDer = signature.length !== 64;
  if (isDer && !inDer) throw new CredentialListError('list_quirk_elsewhere', 'a proof in DER');
  const digests = [...digestOf(proofQuads(list.proof)), ...digestOf(documentQuads(list))];
  const signed = Uint8Array.of(...new TextEncoder().encode(`${HEADER}.`), ...digests);
  if (!holds(spki, sha256(signed), signature, isDer ? 'der' : 'compact')) {
    throw new CredentialListError('list_signature_invalid', 'its proof does not verify');
  }
}

function holds(spki: Uint8Array, digest: Uint8Array, signature: Uint8Array, format: 'der' | 'compact'): boolean {
  try {
    return p256.verify(signature, digest, spki.subarray(-65), { format, lowS: false });
  } catch {
    return false;
  }
}

function digestOf(quads: readonly string[]): Uint8Array {
  return sha256(new TextEncoder().encode([...new Set(quads)].sort().join('')));
}

function documentQuads({ '@context': contexts, id, controller, verificationMethod }: DidList): string[] {
  const environment = /(-DEV|-UAT)?\.jsonld$/.exec(contexts[2])?.[1] ?? '';
  return [
    quad(iri(id), `${SECURITY}controller`, iri(controller)),
    ...verificationMethod.flatMap((key) => [
      quad(iri(id), `${SECURITY}verificationMethod`, iri(key.id)),
      ...keyQuads(key, environment),
    ]),
  ];
}

function keyQuads(
  { id, controller, publicKeyJwk, domain, participant, keyusage }: DidKey,
  environment: string,
): string[] {
  const coded = (name: string, code: string) => {
    const set = `${VALUE_SETS}${name}${environment}.jsonld`;
    return quad(iri(id), set, iri(`${set}${code}`));
  };
  return [
    quad(iri(id), `${RDF}type`, iri(`${SECURITY}JsonWebKey2020`)),
    quad(iri(id), `${SECURITY}controller`, iri(controller)),
    quad(
      iri(id),
      `${SECURITY}publicKeyJwk`,
      `"${canonicalJson(publicKeyJwk).replaceAll('"', '\\"')}"^^${iri(`${RDF}JSON`)}`,
    ),
    coded('Domains', domain.code),
    coded('Participants', participant.code),
    coded('KeyUsage', keyusage.code),
  ];
}

function proofQuads({ created, nonce, verificationMethod }: DidList['proof']): string[] {
  // The proof is the one node without a name, and canonicalization calls the first of these so.
  const proof = '_:c14n0';
  return [
    quad(proof, CREATED, `"${created}"^^${iri(DATE_TIME)}`),
    quad(proof, `${RDF}type`, iri(`${SECURITY}JsonWebSignature2020`)),
    quad(proof, `${SECURITY}nonce`, `"${nonce}"`),
    quad(proof, `${SECURITY}proofPurpose`, iri(`${SECURITY}assertionMethod`)),
    quad(proof, `${SECURITY}verificationMethod`, iri(verificationMethod)),
  ];
}

function quad(subject: string, predicate: string, object: string): string {
  return `${subject} ${iri(predicate)} ${object} .\n`;
}

function iri(text: string): string {
  return `<${text}>`;
}

/** JSON Canonicalization (RFC 8785) of an object of plain texts and lists of them. */
function canonicalJson(members: object): string {
  const sorted = Object.entries(members).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${sorted.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(',')}}`;
}
