import type { IrsTokenConfig } from '../../../schemas/driver-config.ts';
import { type DriverTemplate, PREFIXED_CODE, QUESTION } from '../template.ts';

export const irsTokenTemplate: DriverTemplate<IrsTokenConfig> = {
  config: {
    name: 'irs-token',
    ...QUESTION,
    outcome: { ...QUESTION.outcome, at: '/datas/result' },
    record_at: '/datas/data',
    json_strings: ['/datas'],
    key_path: '/v1/key',
    refresh_path: '/v1/refresh',
    refresh_ahead_s: 180,
  },
  codes: PREFIXED_CODE,
};
