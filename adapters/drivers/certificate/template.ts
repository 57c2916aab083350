import type { CertificateConfig } from '../../../schemas/driver-config.ts';
import { type DriverTemplate, QUESTION } from '../template.ts';

export const certificateTemplate: DriverTemplate<CertificateConfig> = {
  config: {
    name: 'certificate',
    ...QUESTION,
    families: ['hcert'],
    refresh_s: 3_600,
  },
  codes: {
    recognise: { kind: 'prefix', prefix: 'HC1:', length: { min: 100, max: 4096 }, alphabet: 'base45' },
    template: '{certificate}',
  },
};
