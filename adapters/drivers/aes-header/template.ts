import type { AesHeaderConfig } from '../../../schemas/driver-config.ts';
import { type DriverTemplate, PREFIXED_CODE, QUESTION } from '../template.ts';

export const aesHeaderTemplate: DriverTemplate<AesHeaderConfig> = {
  config: { name: 'aes-header', ...QUESTION, api_name: 'verify' },
  codes: PREFIXED_CODE,
};
