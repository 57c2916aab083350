import type { CredentialRulesDocument } from '../../../schemas/credential-rules.ts';

type Rules = Pick<CredentialRulesDocument, 'destination' | 'value_sets' | 'rules'>;

/**
 * National rules of a made-up kind: a course of doses is complete, a card's immunization was given, and whoever brings the
 * international certificate of vaccination has one vaccine that the nation knows.
 */
const NATIONAL: Rules = {
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
      family: 'hcert',
      content: 'icvp',
      rule: {
        Identifier: 'VR-CN-0002',
        Type: 'Acceptance',
        Version: '1.0.0',
        Engine: 'CERTLOGIC',
        CertificateType: 'Vaccination',
        ValidFrom: '2026-01-01T00:00:00Z',
        ValidTo: '2036-01-01T00:00:00Z',
        Logic: { in: [{ var: 'payload.v.vp' }, ['XM0N24']] },
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

/** A destination that asks for more by itself: another dose, which none of the sandbox's certificates has. It has covered nothing else. */
const OF_HAINAN: Rules = {
  destination: '460000',
  value_sets: {},
  rules: NATIONAL.rules
    .filter(({ content }) => content === 'dcc')
    .map(({ rule, ...about }) => ({
      ...about,
      rule: {
        ...rule,
        Identifier: 'VR-HN-0001',
        Logic: { '>': [{ var: 'payload.v.0.dn' }, { var: 'payload.v.0.sd' }] },
      },
    })),
};

export const SANDBOX_RULES: readonly Rules[] = [NATIONAL, OF_HAINAN];
