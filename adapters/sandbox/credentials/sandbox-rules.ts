import type { CredentialRulesDocument } from '../../../schemas/credential-rules.ts';

/** Rules of a made-up kind: a course of doses is complete, a card's immunization was given. */
export const SANDBOX_RULES: Pick<CredentialRulesDocument, 'destination' | 'value_sets' | 'rules'> = {
  destination: '000000',
  value_sets: {},
  rules: [
    {
      family: 'hcert',
      content: 'dcc',
      rule: {
        Identifier: 'VR-CN-0001',
        Type: 'Acceptance',
        Version: '1.0.0',
        Engine: 'CERTLOGIC',
        CertificateType: 'Vaccination',
        ValidFrom: '2026-01-01T00:00:00Z',
        ValidTo: '2036-01-01T00:00:00Z',
        Logic: { '>=': [{ var: 'payload.v.0.dn' }, { var: 'payload.v.0.sd' }] },
      },
    },
    {
      family: 'shc',
      content: 'card',
      rule: {
        Identifier: 'GR-CN-0001',
        Type: 'Acceptance',
        Version: '1.0.0',
        Engine: 'CERTLOGIC',
        CertificateType: 'General',
        ValidFrom: '2026-01-01T00:00:00Z',
        ValidTo: '2036-01-01T00:00:00Z',
        Logic: { '===': [{ var: 'payload.entry.1.resource.status' }, 'completed'] },
      },
    },
  ],
};
