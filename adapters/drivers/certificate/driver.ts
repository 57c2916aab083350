import { z } from 'zod';
import type { CredentialCode } from '../../../schemas/code-lists/credential-codes.ts';
import { NATIONAL_PLATFORM } from '../../../schemas/code-lists/index.ts';
import { type CredentialRulesDocument, credentialRulesSchema } from '../../../schemas/credential-rules.ts';
import { type CredentialTrustListDocument, credentialTrustListSchema } from '../../../schemas/credential-trust-list.ts';
import type { CertificateConfig } from '../../../schemas/driver-config.ts';
import { jsonOrUndefined } from '../../../schemas/json-text.ts';
import { CredentialListError } from '../../credentials/credential-list-error.ts';
import type { CredentialTrust } from '../../credentials/credential-trust.ts';
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
 * is said by a trust list. `POST <path>` with JSON `{[code_member]: "lists"}` gives `{trust_list, rules}` at `record_at`, each
 * a compact JWS, of types
 * `credential-trust-list+jwt` and `credential-rules+jwt`; secret `list_keys` holds the pinned keys that may have signed
 * them, in the form of `code_keys` (see `signed-token`). They are kept until newer ones are had: one that goes back in
 * sequence or time is refused, and after its next update nobody can tell.
 *
 * The record is `{result, family, issuer}`: what the certificate comes to, as one of the closed codes of certificates, and
 * who signed it. What it certifies, and about whom, is in no record. Rules are the national ones (destination 000000).
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

const documentsSchema = z.object({ trust_list: z.string(), rules: z.string() });

/** What is in force here, with the trust that was made of it. */
interface Documents {
  readonly list: CredentialTrustListDocument;
  readonly rules: CredentialRulesDocument;
  readonly trust: CredentialTrust;
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
  const session = openSession(async (known: Documents | null) => {
    // What is in force goes on being used while nothing newer can be had: its own next update ends it.
    const lease = { endsAtMs: Number.POSITIVE_INFINITY };
    const kept = known === null ? keptDocuments(context) : null;
    if (kept !== null) return { ...lease, value: kept, refreshAtMs: context.nowMs() };
    const documents = await fetchDocuments(config, reader, context, known);
    return { ...lease, value: documents, refreshAtMs: context.nowMs() + config.refresh_s * 1000 };
  }, context.nowMs);
  return async (token) => {
    const { trust, rules } = await session.current();
    return answerOf(config, await verifyCredential(token, { trust, rules, atS: context.nowMs() / 1000 }));
  };
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
  known: Documents | null,
): Promise<Documents> {
  // A fault of the operator's is told before anybody is asked.
  openTokenKeys(context.secret(KEYS_SECRET), KEYS_SECRET);
  const body = JSON.stringify(questionOf(config, LISTS));
  const headers = { 'content-type': 'application/json' };
  const answer = read(await context.fetch({ method: 'POST', path: config.path, headers, body }));
  const tokens = documentsSchema.safeParse(answer.kind === 'found' ? answer.record : null);
  if (!tokens.success) throw new UpstreamError('malformed', 'the reply has no trust list and rules');
  const documents = opened(tokens.data, context, known);
  if (documents !== known) context.kept?.write(JSON.stringify(tokens.data));
  return documents;
}

/** What was in force before a restart; null where there is nothing that a pinned key signed. */
function keptDocuments(context: DriverContext): Documents | null {
  const tokens = documentsSchema.safeParse(jsonOrUndefined(context.kept?.read() ?? ''));
  if (!tokens.success) return null;
  try {
    return opened(tokens.data, context, null);
  } catch (error) {
    if (error instanceof UpstreamError) return null;
    throw error;
  }
}

function opened(tokens: z.infer<typeof documentsSchema>, context: DriverContext, known: Documents | null): Documents {
  const keys = openTokenKeys(context.secret(KEYS_SECRET), KEYS_SECRET);
  const list = credentialTrustListSchema.safeParse(keys.verify(tokens.trust_list, LIST_TYP));
  const rules = credentialRulesSchema.safeParse(keys.verify(tokens.rules, RULES_TYP));
  if (!list.success || !rules.success || rules.data.destination !== NATIONAL_PLATFORM) {
    throw new UpstreamError('signature', 'the trust list or the rules are not signed by a pinned key');
  }
  return succeeding(known, list.data, rules.data, context.nowMs() / 1000);
}

function succeeding(
  known: Documents | null,
  list: CredentialTrustListDocument,
  rules: CredentialRulesDocument,
  atS: number,
): Documents {
  try {
    const isSameList = known !== null && known.list.sequence === list.sequence;
    const isSameRules = known !== null && known.rules.sequence === rules.sequence;
    if (!isSameList) checkSuccession(known?.list ?? null, list, atS);
    if (!isSameRules) checkSuccession(known?.rules ?? null, rules, atS);
    if (isSameList && isSameRules) return known;
    const next = isSameList ? known : { list, trust: trustFromList(list) };
    return { list: next.list, trust: next.trust, rules: isSameRules ? known.rules : rules };
  } catch (cause) {
    if (!(cause instanceof CredentialListError)) throw cause;
    throw new UpstreamError('undeclared', `the trust list or the rules cannot be taken: ${cause.code}`, { cause });
  }
}
