import { PROVINCES, type ProvinceCode, REASONS, type ReasonCode } from '../../schemas/code-lists/index.ts';
import type { VerificationReply } from '../../schemas/verification.ts';

/**
 * The JSON of a reply, a letter for each octet of its UTF-8: what JSON.stringify writes, to the octet. Names and reasons in
 * two languages are written once; a text with a letter beyond one octet takes twice the memory, and is encoded anew for
 * each of a day's answers.
 */
export function replyOctets(reply: VerificationReply): string {
  const { status, decision, issuer, destination, reasons, status_as_of, age_s, stale, ...more } = reply;
  const { provenance, assurance, remedy, attestation, evidence, holder_binding, ...nothing } = more;
  const holder = holder_binding === undefined ? '' : `,"holder_binding":"${holder_binding}"`;
  nothing satisfies Readonly<Record<string, never>>;
  return (
    `{"status":"${status}","decision":"${decision}","issuer":${issuerOctets(issuer)},"destination":"${destination}",` +
    `"reasons":[${reasons.map(reasonOctets).join()}],"status_as_of":${octetsIn(status_as_of)},"age_s":${age_s},` +
    `"stale":${stale},"provenance":${provenance === null ? 'null' : `"${provenance}"`},"assurance":"${assurance}",` +
    `"remedy":${octetsIn(remedy)},"attestation":${octetsIn(attestation)},` +
    `"evidence":[${evidence.map(octetsIn).join()}]${holder}}`
  );
}

const issuers = new Map<ProvinceCode, string>();
const reasonsByCode = new Map<ReasonCode, string>();

/** Only the names of the code list are known by their code: another name is written as it is. */
function issuerOctets(issuer: VerificationReply['issuer']): string {
  const { province, name } = issuer;
  const listed = PROVINCES[province];
  if (name.zh !== listed.zh || name.en !== listed.en) return octetsIn(issuer);
  return kept(issuers, province, issuer);
}

function reasonOctets(reason: VerificationReply['reasons'][number]): string {
  return reason.text === REASONS[reason.code] ? kept(reasonsByCode, reason.code, reason) : octetsIn(reason);
}

function kept<K>(known: Map<K, string>, key: K, value: object): string {
  const before = known.get(key);
  if (before !== undefined) return before;
  const octets = octetsIn(value);
  known.set(key, octets);
  return octets;
}

/** A value's JSON in the same way. */
export function octetsIn(value: object | string | null): string {
  const text = JSON.stringify(value);
  return Buffer.byteLength(text) === text.length ? text : Buffer.from(text).toString('latin1');
}
