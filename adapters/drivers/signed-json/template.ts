import type { SignedJsonConfig } from '../../../schemas/driver-config.ts';
import { type DriverTemplate, PREFIXED_CODE, QUESTION } from '../template.ts';

export const signedJsonTemplate: DriverTemplate<SignedJsonConfig> = {
  config: { name: 'signed-json', ...QUESTION },
  codes: PREFIXED_CODE,
};
