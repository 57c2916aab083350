import { type CertLogicExpression, evaluate } from 'certlogic-js';
import { z } from 'zod';
import type { CredentialCode } from '../../schemas/code-lists/credential-codes.ts';
import { NATIONAL_PLATFORM, type ProvinceCode } from '../../schemas/code-lists/index.ts';
import type { CredentialFamily } from '../../schemas/credential-family.ts';
import type { CertLogicRule, CredentialRulesDocument } from '../../schemas/credential-rules.ts';
import { instantOf } from '../../schemas/instant.ts';
import type { CertifiedKind } from './credential-trust.ts';
import { hasUnknownValue } from './dcc-value-sets.ts';
import type { DecodedCredential } from './verify-credential.ts';

/** Twice what the deepest published rule needs; deeper ones would be a stack that somebody else sizes. */
const MAX_DEPTH = 32;
const MAX_NODES = 1_000;
/** A reduction inside another one multiplies the lengths of two lists that the document chooses. */
const MAX_REDUCTIONS = 1;
const logicSchema = z.object({
  Logic: z.custom<CertLogicExpression>((logic) => isBounded(logic, MAX_DEPTH, MAX_REDUCTIONS, { left: MAX_NODES })),
});
const ONE_KIND: Readonly<Record<CertLogicRule['CertificateType'], CertifiedKind | null>> = {
  General: null,
  Vaccination: 'vaccination',
  Test: 'test',
  Recovery: 'recovery',
};

/** What a rule is told beside the content itself (EU DCC Validation Rules, external parameters). */
export interface RuleExternals {
  readonly validationClock: string;
  readonly valueSets: Readonly<Record<string, readonly string[]>>;
  readonly countryCode: string;
  readonly issuerCountryCode: string;
  readonly exp: string | null;
  readonly iat: string | null;
}

/**
 * One rule about one content: met, not met, or null where it cannot tell, because it does not fit the content or is no rule.
 * `rule` has its expression in `Logic`, in CertLogic 1.3 (JSON). Time and stack are bounded; never throws.
 */
export function evaluateRule(rule: unknown, payload: unknown, external: unknown): true | false | null {
  const parsed = logicSchema.safeParse(rule);
  if (!parsed.success) return null;
  try {
    const met: unknown = evaluate(parsed.data.Logic, { payload, external });
    return typeof met === 'boolean' ? met : null;
  } catch {
    // The library throws where the specification leaves an expression without a value.
    return null;
  }
}

/**
 * The rules that hold at a destination: its own, the newest of them, or the national ones where it has none. Rules past
 * their next update are still its own: older national ones would accept what it may have ruled out. Undefined: nobody has
 * said what is accepted there.
 */
export function rulesFor(
  documents: readonly CredentialRulesDocument[],
  destination: ProvinceCode,
): CredentialRulesDocument | undefined {
  const newest = (whose: ProvinceCode) =>
    documents.filter((rules) => rules.destination === whose).sort((a, b) => b.sequence - a.sequence)[0];
  return newest(destination) ?? newest(NATIONAL_PLATFORM);
}

/** Rules of a destination that has said nothing: they cover no certificate, and so accept none. */
export function noRules(destination: ProvinceCode): CredentialRulesDocument {
  const never = instantOf(0);
  return { destination, sequence: 1, issued_at: never, next_update: never, value_sets: {}, rules: [] };
}

/** Decides a certificate whose signature is good by a destination's rules, at the verifier's own time. */
export function decideByRules(
  document: CredentialRulesDocument,
  certificate: {
    readonly family: CredentialFamily;
    readonly issuer: string;
    readonly decoded: DecodedCredential;
  },
  atS: number,
): Extract<CredentialCode, 'ok' | 'rules_missing' | 'rule_not_met' | 'rule_undecided' | 'value_unknown'> {
  const rules = rulesInForce(document, certificate, atS);
  if (rules.length === 0 || Date.parse(document.next_update) / 1000 < atS) return 'rules_missing';
  const { issuer, decoded } = certificate;
  const external: RuleExternals = {
    validationClock: instantOf(atS),
    valueSets: document.value_sets,
    countryCode: document.destination,
    issuerCountryCode: issuer,
    exp: decoded.expiresS === null ? null : instantOf(decoded.expiresS),
    iat: decoded.issuedS === null ? null : instantOf(decoded.issuedS),
  };
  const results = rules.map((rule) => evaluateRule(rule, decoded.payload, external));
  if (results.includes(false)) return 'rule_not_met';
  if (decoded.content === 'dcc' && hasUnknownValue(decoded.payload, decoded.kind, document.value_sets)) {
    return 'value_unknown';
  }
  return results.includes(null) ? 'rule_undecided' : 'ok';
}

/** Of each rule, the newest version in force. Without one that accepts, nothing is accepted. */
function rulesInForce(
  document: CredentialRulesDocument,
  { family, issuer, decoded }: Parameters<typeof decideByRules>[1],
  atS: number,
): CertLogicRule[] {
  const atMs = atS * 1000;
  const newest = new Map<string, CertLogicRule>();
  for (const { rule, ...about } of document.rules) {
    if (about.family !== family || about.content !== decoded.content) continue;
    if (about.issuers !== undefined && !about.issuers.includes(issuer)) continue;
    const kind = ONE_KIND[rule.CertificateType];
    if (kind !== null && kind !== kindOf(decoded)) continue;
    if (Date.parse(rule.ValidFrom) > atMs || Date.parse(rule.ValidTo) <= atMs) continue;
    const known = newest.get(rule.Identifier);
    if (known === undefined || isNewer(rule.Version, known.Version)) newest.set(rule.Identifier, rule);
  }
  const rules = [...newest.values()];
  return rules.some(({ Type }) => Type === 'Acceptance') ? rules : [];
}

function kindOf(decoded: DecodedCredential): CertifiedKind | null {
  return decoded.content === 'card' ? null : decoded.kind;
}

/** Compares versions of one rule. */
export function isNewer(version: string, than: string): boolean {
  return version.localeCompare(than, 'en', { numeric: true }) > 0;
}

function isBounded(logic: unknown, depthLeft: number, reductionsLeft: number, nodes: { left: number }): boolean {
  nodes.left -= 1;
  if (depthLeft === 0 || reductionsLeft < 0 || nodes.left < 0) return false;
  if (typeof logic !== 'object' || logic === null) return true;
  return Object.entries(logic).every(([name, inner]) =>
    isBounded(inner, depthLeft - 1, name === 'reduce' ? reductionsLeft - 1 : reductionsLeft, nodes),
  );
}
