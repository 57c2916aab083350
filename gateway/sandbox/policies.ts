import type { Policy } from '../../schemas/policy.ts';
import { NATIONAL_BASELINE } from '../policy/baseline.ts';

const DAY_MS = 86_400_000;

/**
 * Three published policies of the sandbox, dated around `startMs` (ms since 1970): one equal to the baseline, one with
 * a lawful exception, and one that `reviewPolicy` refuses. Samples: no province ever published these.
 */
export function sandboxPolicies(startMs: number): {
  readonly equal: Policy;
  readonly exception: Policy;
  readonly refused: Policy;
} {
  const effective_from = instant(startMs, 0);
  return {
    equal: {
      id: 'sandbox-440000',
      destination: '440000',
      version: '1.0.0',
      title: { zh: '广东互认政策（沙箱示例）', en: 'Guangdong recognition policy (sandbox example)' },
      effective_from,
      rows: NATIONAL_BASELINE.rows,
    },
    exception: {
      id: 'sandbox-460000',
      destination: '460000',
      version: '1.0.0',
      title: { zh: '海南互认政策（沙箱示例）', en: 'Hainan recognition policy (sandbox example)' },
      effective_from,
      rows: [signedEvidenceAtBorders(startMs), ...NATIONAL_BASELINE.rows],
    },
    refused: {
      id: 'sandbox-350000-refused',
      destination: '350000',
      version: '1.0.0',
      title: { zh: '被拒绝的政策（沙箱示例）', en: 'A policy that is refused (sandbox example)' },
      effective_from,
      rows: [
        { when: { venue_kind: ['hotel'], status: ['green'] }, decision: 'refer', reason: 'policy_exception' },
        ...NATIONAL_BASELINE.rows,
      ],
    },
  };
}

/** At ports and airports a green from a plain API, which nobody signed, is looked at by a person. */
function signedEvidenceAtBorders(startMs: number): Policy['rows'][number] {
  return {
    when: { venue_kind: ['airport', 'port_of_entry'], status: ['green'], assurance: ['transport'] },
    decision: 'refer',
    reason: 'assurance_too_low',
    exception: {
      basis: {
        title: {
          zh: '口岸和机场核验签名证据的临时措施（沙箱示例）',
          en: 'Temporary measure: signed evidence at ports and airports (sandbox example)',
        },
        citation: 'Sandbox measure 2026-1, reported under the January 2021 rule that exceptions are reported first',
      },
      reported_at: instant(startMs, -7),
      ends_at: instant(startMs, 14),
    },
  };
}

function instant(startMs: number, days: number): string {
  return new Date(startMs + days * DAY_MS).toISOString();
}
