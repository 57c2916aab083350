import type { SignedTokenConfig } from '../../../schemas/driver-config.ts';
import { type DriverTemplate, QUESTION } from '../template.ts';

export const signedTokenTemplate: DriverTemplate<SignedTokenConfig> = {
  config: { name: 'signed-token', ...QUESTION, issuer: 'FILL_ISSUER' },
  codes: {
    recognise: { kind: 'jws', issuer: 'FILL_ISSUER', length: { min: 200, max: 600 } },
    template: '{jws}',
  },
};
