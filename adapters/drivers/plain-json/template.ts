import type { PlainJsonConfig } from '../../../schemas/driver-config.ts';
import { type DriverTemplate, PREFIXED_CODE, QUESTION } from '../template.ts';

export const plainJsonTemplate: DriverTemplate<PlainJsonConfig> = {
  config: {
    name: 'plain-json',
    ...QUESTION,
    credentials: [{ in: 'header', name: 'x-api-key', secret: 'api_key' }],
  },
  codes: PREFIXED_CODE,
};
