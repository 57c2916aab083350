import { isDeepStrictEqual } from 'node:util';
import { deflateSync, unzlibSync, zlibSync } from 'fflate';
import { decodeBase45 } from '../../../adapters/credentials/base45.ts';
import { joinedTrust } from '../../../adapters/credentials/credential-trust.ts';
import {
  type CredentialCheck,
  trustFromCertificates,
  trustFromJwks,
  verifyCredential,
} from '../../../adapters/credentials/verify-credential.ts';
import { cardDigits, cardJws, deflated } from '../../../adapters/sandbox/credentials/issue-card.ts';
import { encodeCbor, hcertText, signedMessage } from '../../../adapters/sandbox/credentials/issue-hcert.ts';
import { CREDENTIAL_CODES } from '../../../schemas/code-lists/credential-codes.ts';
import { ownMember } from '../../../schemas/own-member.ts';
import { brokenCards, goodCards } from '../credential-vectors/card-vectors.ts';
import { card, claims, VACCINATED } from '../credential-vectors/contents.ts';
import { brokenHcerts, goodHcerts } from '../credential-vectors/hcert-vectors.ts';
import {
  AT_S,
  CARD_ISSUER,
  CARD_SIGNERS,
  CERTIFICATES,
  ISSUERS,
  JWKS,
  keyIdOfCard,
  REVOCATION_LISTS,
} from '../credential-vectors/issuers.ts';
import { alterText, oneOf, type Random } from './random.ts';
import { type FuzzReport, type FuzzRun, type Judged, runCases } from './report.ts';

const trust = joinedTrust(
  trustFromCertificates(CERTIFICATES.map((der) => Buffer.from(der, 'base64'))),
  trustFromJwks(CARD_ISSUER, JWKS, { revocationLists: REVOCATION_LISTS }),
);
const GOOD = [...goodHcerts(), ...goodCards()].map(({ text }) => text);
const ALL = [...GOOD, ...[...brokenHcerts(), ...brokenCards()].map(({ text }) => text)];
const HCERTS = GOOD.filter((text) => text.startsWith('HC1:'));
const PAYLOAD = encodeCbor(claims(1, VACCINATED));
const HEADER = new Map<number, unknown>([
  [1, -7],
  [4, ISSUERS.any.keyId],
]);

/** What a case asks about: a text, and whether its signer signed what was changed. */
interface Crafted {
  readonly text: string;
  readonly signed: boolean;
}

const CRAFTS: readonly ((random: Random) => Crafted)[] = [
  (random) => unsigned(alterText(oneOf(random, ALL), random)),
  (random) => unsigned(oneOf(random, ['HC1:', 'shc:/', 'shlink:/', '']) + noise(random, 3_000).toString('latin1')),
  (random) => unsigned(hcertText(altered(compressedOf(oneOf(random, HCERTS)), random))),
  (random) => unsigned(hcertText(zlibSync(altered(unzlibSync(compressedOf(oneOf(random, HCERTS))), random)))),
  (random) => unsigned(hcertText(zlibSync(repeated(random)))),
  (random) => unsigned(cardDigits(cardJws(cardHeader(), deflateSync(repeated(random)), CARD_SIGNERS.plain))),
  (random) => signed(hcertOf(altered(PAYLOAD, random))),
  (random) => signed(hcertOf(noise(random, 400))),
  (random) => signed(cardOf(alterText(JSON.stringify(card()), random))),
];

/**
 * Certificates that are changed at every layer: as text, compressed, as message, and under a good signature; noise,
 * bombs and deep nesting among them. A finding is whatever is thrown, a code that is not on the closed list, and a
 * change that nobody signed in a certificate that is valid and says something else than before.
 */
export async function fuzzCredentials(run: FuzzRun): Promise<FuzzReport> {
  const originals = await Promise.all(GOOD.map((text) => verifyCredential(text, { trust, atS: AT_S })));
  return await runCases(run, async (random) => tryOne(random, originals));
}

async function tryOne(random: Random, originals: readonly CredentialCheck[]): Promise<Judged> {
  const { text, signed: isSigned } = oneOf(random, CRAFTS)(random);
  const { outcome, code, decoded } = await verifyCredential(text, { trust, atS: AT_S });
  const said = `${outcome} ${code} for ${JSON.stringify(text.slice(0, 4_000))}`;
  if (ownMember(CREDENTIAL_CODES, code)?.outcome !== outcome) return { outcome: code, finding: said };
  const isKnown = originals.some((original) => isDeepStrictEqual(original.decoded, decoded));
  return { outcome: code, finding: outcome === 'valid' && !isSigned && !isKnown ? said : null };
}

function unsigned(text: string): Crafted {
  return { text, signed: false };
}

function signed(text: string): Crafted {
  return { text, signed: true };
}

function hcertOf(payload: Uint8Array): string {
  return hcertText(zlibSync(signedMessage({ protectedHeader: HEADER }, payload, ISSUERS.any.signer)));
}

function cardOf(payload: string): string {
  return cardDigits(cardJws(cardHeader(), deflated(payload), CARD_SIGNERS.plain));
}

function cardHeader(): object {
  return { zip: 'DEF', alg: 'ES256', kid: keyIdOfCard(CARD_SIGNERS.plain) };
}

function compressedOf(text: string): Uint8Array {
  return decodeBase45(text.slice(4));
}

/** One octet changed, taken out or put in; a run repeated; or cut off. */
function altered(octets: Uint8Array, random: Random): Uint8Array {
  const at = random(octets.length + 1);
  const [before, after] = [octets.subarray(0, at), octets.subarray(at)];
  switch (random(5)) {
    case 0:
      return before;
    case 1:
      return Buffer.concat([before, after.subarray(1)]);
    case 2:
      return Buffer.concat([before, noise(random, 8), after]);
    case 3:
      return Buffer.concat([before, Buffer.alloc(random(2_000), octets[at] ?? 0x81), after]);
    default:
      return Buffer.concat([before, noise(random, 2), after.subarray(1)]);
  }
}

/** What inflates far beyond its own size: one octet, or a few, over and over; 0x81 and 0xa1 nest without end. */
function repeated(random: Random): Uint8Array {
  return Buffer.alloc(1 + random(60_000), Buffer.from([oneOf(random, [0, 0x81, 0xa1, 0x9f, 0xbf, 0xc0, 0x20, 0x5b])]));
}

function noise(random: Random, most: number): Buffer {
  return Buffer.from(Array.from({ length: 1 + random(most) }, () => random(256)));
}
