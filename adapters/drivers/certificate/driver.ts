import type { z } from 'zod';
import type { CredentialCode } from '../../../schemas/code-lists/credential-codes.ts';
import { NATIONAL_PLATFORM, type ProvinceCode } from '../../../schemas/code-lists/index.ts';
import { type CredentialDocuments, credentialDocumentsSchema } from '../../../schemas/credential-documents.ts';
import type { ListHead } from '../../../schemas/credential-list-head.ts';
import { type CredentialRulesDocument, credentialRulesSchema } from '../../../schemas/credential-rules.ts';
import { type CredentialTrustListDocument, credentialTrustListSchema } from '../../../schemas/credential-trust-list.ts';
import type { CertificateConfig } from '../../../schemas/driver-config.ts';
import { jsonOrUndefined } from '../../../schemas/json-text.ts';
import { CredentialListError } from '../../credentials/credential-list-error.ts';
import type { CredentialTrust } from '../../credentials/credential-trust.ts';
import { checkLeadTime } from '../../credentials/lead-time.ts';
import { noRules, rulesFor } from '../../credentials/rules.ts';
import { checkSuccession, trustFromList } from '../../credentials/trust-list.ts';
import { type CredentialCheck, verifyCredential } from '../../credentials/verify-credential.ts';
import { UpstreamError } from '../../upstream-error.ts';
import type { Ask, Driver, DriverContext, LocalAnswer } from '../driver.ts';
import { questionOf } from '../question.ts';
import { compileReply, type ReplyReader } from '../reply.ts';
import { openSession } from '../session.ts';
import { openTokenKeys } from '../token-keys.ts';

/**
 * Certificates that their holders carry (HCERT and SMART Health Cards): the code is the record, and whose signature counts
 * is said by a trust list. `POST <path>` with JSON `{[code_member]: "lists"}` gives `{trust_list, rules}` at `record_at`: one
 * compact JWS of type `credential-trust-list+jwt`, and a list of those of type `credential-rules+jwt`, one a destination;
 * secret `list_keys` holds the pinned keys that may have signed them, in the form of `code_keys` (see `signed-token`). They
 * are kept until newer ones are had: one that goes back in sequence or time is refused, and so are rules that change within
 * 48 hours of their publication, each by itself; one that is left out stays, and after its next update nobody can tell.
 *
 * The record is `{result, family, issuer}`: what the certificate comes to, as one of the closed codes of certificates, and
 * who signed it. What it certifies, and about whom, is in no record. Rules are those of the destination that asks, the
 * national ones (000000) where it has none.
 */
export const certificate: Driver<CertificateConfig> = {
  name: 'certificate',
  open: openCertificate,
};

const LIST_TYP = 'credential-trust-list+jwt';
const RULES_TYP = 'credential-rules+jwt';
const KEYS_SECRET = 'list_keys';
/** What stands where others have a code: no question here tells anything about a holder. */
const LISTS = 'lists';
const UNKNOWN = { kind: 'absent', why: 'unknown' } as const satisfies LocalAnswer;
const EXPIRED = { kind: 'absent', why: 'expired' } as const satisfies LocalAnswer;

/** A document with the token that it came in. */
interface Signed<T extends ListHead> {
  readonly token: string;
  readonly document: T;
}
type SignedRules = Signed<CredentialRulesDocument>;

/** What is in force here, with the trust that was made of it. */
interface InForce {
  readonly list: Signed<CredentialTrustListDocument>;
  readonly trust: CredentialTrust;
  readonly rules: ReadonlyMap<ProvinceCode, SignedRules>;
}

/** These are said of texts that are no certificate at all, whoever would have signed them. */
const NO_CERTIFICATE: ReadonlySet<CredentialCode> = new Set<CredentialCode>([
  'not_recognised',
  'too_long',
  'base45_malformed',
  'numeric_malformed',
  'compression_malformed',
  'inflated_too_large',
  'cbor_malformed',
  'cbor_repeated_key',
  'cbor_too_deep',
  'cose_malformed',
  'jws_malformed',
  'json_malformed',
  'part_of_several',
]);

function openCertificate(config: CertificateConfig, _statementAt: string | null, context: DriverContext): Ask {
  const reader = compileReply(config, null, context);
  const session = openSession(async (known: InForce | null) => {
    // What is in force goes on being used while nothing newer can be had: its own next update ends it.
    const lease = { endsAtMs: Number.POSITIVE_INFINITY };
    const kept = known === null ? keptDocuments(context) : null;
    if (kept !== null) return { ...lease, value: kept, refreshAtMs: context.nowMs() };
    const inForce = await fetchDocuments(config, reader, context, known);
    return { ...lease, value: inForce, refreshAtMs: context.nowMs() + config.refresh_s * 1000 };
  }, context);
  const ask = async (token: string, destination: ProvinceCode = NATIONAL_PLATFORM) => {
    const { trust, rules: all } = await session.current();
    const documents = [...all.values()].map(({ document }) => document);
    const rules = rulesFor(documents, destination) ?? noRules(destination);
    const check = await verifyCredential(token, { trust, rules, atS: context.nowMs() / 1000 });
    context.onCertificate?.({ issuer: check.issuer, result: check.code, destination });
    return answerOf(config, check);
  };
  return Object.assign(ask, { documents: async () => documentsOf(await session.current()) });
}

function documentsOf({ list, rules }: InForce): CredentialDocuments {
  return { trust_list: list.token, rules: [...rules.values()].map(({ token }) => token) };
}

function answerOf({ families }: CertificateConfig, { code, family, issuer }: CredentialCheck): LocalAnswer {
  if (code === 'expired') return EXPIRED;
  if (family === null || !families.includes(family) || NO_CERTIFICATE.has(code)) return UNKNOWN;
  return { kind: 'found', record: { result: code, family, issuer }, statement: null };
}

async function fetchDocuments(
  config: CertificateConfig,
  { read }: ReplyReader,
  context: DriverContext,
  known: InForce | null,
): Promise<InForce> {
  // A fault of the operator's is told before anybody is asked.
  openTokenKeys(context.secret(KEYS_SECRET), KEYS_SECRET);
  const body = JSON.stringify(questionOf(config, LISTS));
  const headers = { 'content-type': 'application/json' };
  const answer = read(await context.fetch({ method: 'POST', path: config.path, headers, body }));
  const tokens = credentialDocumentsSchema.safeParse(answer.kind === 'found' ? answer.record : null);
  if (!tokens.success) throw new UpstreamError('malformed', 'the reply has no trust list and rules');
  const inForce = opened(tokens.data, context, known);
  if (inForce !== known) context.kept?.write(JSON.stringify(documentsOf(inForce)));
  return inForce;
}

/** What was in force before a restart; null where there is nothing that a pinned key signed. */
function keptDocuments(context: DriverContext): InForce | null {
  const tokens = credentialDocumentsSchema.safeParse(jsonOrUndefined(context.kept?.read() ?? ''));
  if (!tokens.success) return null;
  try {
    return opened(tokens.data, context, null);
  } catch (error) {
    if (error instanceof UpstreamError) return null;
    throw error;
  }
}

function opened({ trust_list, rules }: CredentialDocuments, context: DriverContext, known: InForce | null): InForce {
  const keys = openTokenKeys(context.secret(KEYS_SECRET), KEYS_SECRET);
  const read = <T extends ListHead>(token: string, typ: string, schema: z.ZodType<T>): Signed<T> => {
    const parsed = schema.safeParse(keys.verify(token, typ));
    if (parsed.success) return { token, document: parsed.data };
    throw new UpstreamError('signature', 'the trust list or rules are not signed by a pinned key');
  };
  const list = read(trust_list, LIST_TYP, credentialTrustListSchema);
  const ownRules = rules.map((token) => read(token, RULES_TYP, credentialRulesSchema));
  return succeeding(known, list, ownRules, context.nowMs() / 1000);
}

/**
 * What is in force after these: each document by itself, so that rules which cannot be taken hold back no list without a key
 * that was withdrawn. Throws UpstreamError where nothing newer can be taken.
 */
function succeeding(known: InForce | null, list: InForce['list'], rules: readonly SignedRules[], atS: number): InForce {
  const faults: CredentialListError[] = [];
  const nextList = taken(() => successor(known?.list, list, atS), faults) ?? known?.list;
  const next = new Map(known?.rules);
  for (const one of rules) {
    const { destination } = one.document;
    const after = taken(() => rulesAfter(next.get(destination), one, atS), faults);
    if (after !== undefined) next.set(destination, after);
  }
  const isSameList = nextList === known?.list;
  const isSame = isSameList && [...next].every(([destination, one]) => known?.rules.get(destination) === one);
  const [fault] = faults;
  // Without known ones, what cannot be taken leaves a gap that other rules would fill.
  if (nextList === undefined || (fault !== undefined && (isSame || known === null))) {
    throw new UpstreamError('undeclared', `the trust list or rules cannot be taken: ${fault?.code}`, { cause: fault });
  }
  if (isSame && known !== null) return known;
  const trust = isSameList && known !== null ? known.trust : trustFromList(nextList.document);
  return { list: nextList, trust, rules: next };
}

function taken<T>(take: () => T, faults: CredentialListError[]): T | undefined {
  try {
    return take();
  } catch (error) {
    if (!(error instanceof CredentialListError)) throw error;
    faults.push(error);
    return undefined;
  }
}

function rulesAfter(before: SignedRules | undefined, next: SignedRules, atS: number): SignedRules {
  const after = successor(before, next, atS);
  if (before !== undefined && after !== before) checkLeadTime(before.document, after.document);
  return after;
}

/** The known document where the next one is the same; else the next one, where it may follow. Throws CredentialListError. */
function successor<T extends ListHead>(known: Signed<T> | undefined, next: Signed<T>, atS: number): Signed<T> {
  if (known?.document.sequence === next.document.sequence) return known;
  checkSuccession(known?.document ?? null, next.document, atS);
  return next;
}
