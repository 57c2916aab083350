import type { FormConfig } from '../../../schemas/driver-config.ts';
import { type DriverTemplate, PREFIXED_CODE, QUESTION } from '../template.ts';

export const formTemplate: DriverTemplate<FormConfig> = {
  config: {
    name: 'form',
    ...QUESTION,
    outcome: { at: '/resCode', found: [0], expired: [111], unknown: [112], refused: [116, 118] },
    record_at: '/res',
    token_member: 'token',
    fields: [{ name: 'source', value: 'huren' }],
  },
  codes: PREFIXED_CODE,
};
