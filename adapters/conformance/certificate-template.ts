import type { RecordReason } from '../../schemas/code-lists/index.ts';
import type { CredentialFamily } from '../../schemas/credential-family.ts';
import { TEMPLATES } from '../drivers/index.ts';
import { answerableTemplate } from './answerable-template.ts';
import type { TemplateChoice } from './template.ts';

type Choice = Pick<TemplateChoice, 'province' | 'name' | 'family'>;

/** What each result of a certificate comes to. All that are not green are referred: no certificate says yellow or red. */
const REASONS: readonly (readonly [RecordReason, readonly string[]])[] = [
  [
    'certificate_not_accepted',
    [
      ...['header_malformed', 'algorithm_refused', 'key_id_missing', 'signature_invalid', 'payload_not_minified'],
      ...['claims_malformed', 'content_malformed', 'issuer_malformed', 'not_yet_valid', 'key_usage_wrong', 'revoked'],
    ],
  ],
  ['certificate_rules_unmet', ['rule_not_met']],
  ['certificate_issuer_unknown', ['issuer_unknown', 'key_unknown']],
  ['certificate_list_stale', ['trust_list_stale']],
  ['certificate_status_unknown', ['key_unfit', 'revocation_unknown']],
  ['certificate_rules_missing', ['rules_missing', 'value_unknown', 'rule_undecided']],
  ['certificate_is_link', ['link_not_followed']],
];
const NOT_ACCEPTED: readonly RecordReason[] = ['certificate_not_accepted', 'certificate_rules_unmet'];
const CODES = {
  hcert: { kind: 'prefix', prefix: 'HC1:', length: { min: 100, max: 4096 }, alphabet: 'base45' },
  shc: { kind: 'prefix', prefix: 'shc:/', length: { min: 200, max: 2395 }, alphabet: 'digits' },
} as const satisfies Record<CredentialFamily, object>;

/** What each family's folder leaves out, to show what comes of a result that nobody mapped. */
const UNDOCUMENTED = { hcert: 'content_unsupported', shc: 'claims_malformed' } as const;

function rowsOf(family: CredentialFamily) {
  const others = REASONS.flatMap(([reason, results]) =>
    results
      .filter((value) => value !== UNDOCUMENTED[family])
      .map((value) => ({ value, name: nameOf(reason), to: 'indeterminate', reason })),
  );
  return [{ value: 'ok', name: '证书符合规则', to: 'green' }, ...others];
}

function nameOf(reason: RecordReason): string {
  return NOT_ACCEPTED.includes(reason) ? '证书不予采信' : '证书无法判定';
}

/** A manifest of certificates of one family. */
export function certificateManifest({ province, name, family = 'hcert' }: Choice): object {
  const national = [{ level: 'national', roles: ['national_platform'] }];
  return {
    manifest_version: 1,
    province,
    system: { id: name, name: { zh: 'FILL_NAME_ZH', en: 'FILL_NAME_EN' } },
    version: '0.1.0',
    recognise: [CODES[family]],
    upstream: {
      base_url: `https://${name}.sandbox.invalid`,
      timeout_ms: 3000,
      max_connections: 4,
      max_queue: 2000,
      max_reply_bytes: 1_048_576,
    },
    driver: { ...TEMPLATES.certificate.config, families: [family] },
    statement: null,
    reply: {
      status: { at: '/result', values: rowsOf(family) },
      flags: [],
      informational: [
        { name: 'family of the certificate', at: '/family' },
        { name: 'who signed it', at: '/issuer' },
      ],
      as_of: { from: 'reply' },
      validity: [],
    },
    ...answerableTemplate(national),
  };
}

/** Scenarios that the sandbox makes certificates for. */
export function certificateScenarios({ family = 'hcert' }: Choice): object {
  const unknown = family === 'hcert' ? 'issuer_unknown' : 'key_unknown';
  const referred = (reason: RecordReason) => ({ status: 'indeterminate', decision: 'refer', reason });
  const shown = (scenario: string, shows: string, result: string, expected: object) => {
    return { scenario, shows, record: { result, family }, expected };
  };
  return {
    documented: [{ at: '/result', values: rowsOf(family).map(({ value }) => value) }],
    code_template: TEMPLATES.certificate.codes.template,
    scenarios: [
      shown('green', '证书符合规则', 'ok', { status: 'green', decision: 'pass', reason: 'ok' }),
      shown('rules-unmet', '证书不予采信', 'rule_not_met', referred('certificate_rules_unmet')),
      shown('issuer-unknown', '证书无法判定', unknown, referred('certificate_issuer_unknown')),
      {
        scenario: 'undocumented-content',
        record: { result: UNDOCUMENTED[family], family },
        expected: referred('unmapped_value'),
      },
      { scenario: 'expired', answer: 'expired', expected: { problem: 'code_expired' } },
      { scenario: 'unknown', answer: 'unknown', expected: { problem: 'code_unrecognised' } },
    ],
  };
}
