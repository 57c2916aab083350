import type { CredentialRulesDocument } from '../../schemas/credential-rules.ts';
import { CredentialListError } from './credential-list-error.ts';
import { isNewer } from './rules.ts';

/** Between the publication of a rule and its beginning (EU DCC Validation Rules, lead time). */
const LEAD_TIME_MS = 48 * 3_600_000;

type Entry = CredentialRulesDocument['rules'][number];

/** A rule with its times in epoch milliseconds. */
interface Timed {
  /** Of all versions of one rule: a newer one takes the place of the others. */
  readonly name: string;
  readonly version: string;
  /** What it does while it is in force. */
  readonly said: string;
  readonly fromMs: number;
  readonly untilMs: number;
}

/**
 * Checks that rules which take the place of known ones decide as those did for 48 hours after they were published: whoever
 * travels under a rule has set out before it changed. What is new, changed or left out counts alike; value sets, which
 * follow what is in use, may change at once. Throws CredentialListError `rules_lead_time`.
 *
 * A verifier that missed a document in between cannot tell when it was published: after the known one, at the earliest.
 */
export function checkLeadTime(known: CredentialRulesDocument, next: CredentialRulesDocument): void {
  const published = Date.parse(next.sequence === known.sequence + 1 ? next.issued_at : known.issued_at);
  const [fromMs, untilMs] = [Date.parse(next.issued_at), published + LEAD_TIME_MS];
  const [before, after] = [known.rules.map(timed), next.rules.map(timed)];
  const changes = [...before, ...after]
    .flatMap((one) => [one.fromMs, one.untilMs])
    .filter((atMs) => atMs > fromMs && atMs < untilMs);
  for (const atMs of fromMs < untilMs ? new Set([fromMs, ...changes]) : []) {
    if (inForceAt(before, atMs) !== inForceAt(after, atMs)) {
      throw new CredentialListError('rules_lead_time', 'a rule changes sooner than 48 hours after its publication');
    }
  }
}

function timed(entry: Entry): Timed {
  const { rule, family, content, issuers } = entry;
  const name = JSON.stringify([rule.Identifier, rule.CertificateType, family, content, issuers]);
  return {
    name,
    version: rule.Version,
    said: JSON.stringify([name, rule.Type, rule.Logic]),
    fromMs: Date.parse(rule.ValidFrom),
    untilMs: Date.parse(rule.ValidTo),
  };
}

/** Of each rule the newest version at that time, as one text that is the same for the same rules. */
function inForceAt(rules: readonly Timed[], atMs: number): string {
  const newest = new Map<string, Timed>();
  for (const one of rules) {
    if (one.fromMs > atMs || one.untilMs <= atMs) continue;
    const other = newest.get(one.name);
    if (other === undefined || isNewer(one.version, other.version)) newest.set(one.name, one);
  }
  return [...newest.values()]
    .map(({ said }) => said)
    .sort()
    .join();
}
