import type { DeviceReaderConfig } from '../../../schemas/driver-config.ts';
import { type DriverTemplate, PREFIXED_CODE, QUESTION } from '../template.ts';

export const deviceReaderTemplate: DriverTemplate<DeviceReaderConfig> = {
  config: {
    name: 'device-reader',
    ...QUESTION,
    outcome: {
      at: '/code',
      found: [10000],
      expired: [40007],
      unknown: [40004],
      refused: [10006, 40000],
      busy: [40006, 40017, 40019],
    },
  },
  codes: PREFIXED_CODE,
};
