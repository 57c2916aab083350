import type { OAuth2Config } from '../../../schemas/driver-config.ts';
import { type DriverTemplate, PREFIXED_CODE, QUESTION } from '../template.ts';

export const oauth2Template: DriverTemplate<OAuth2Config> = {
  config: { name: 'oauth2', ...QUESTION, token_path: '/oauth/token' },
  codes: PREFIXED_CODE,
};
