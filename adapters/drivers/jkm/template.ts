import type { JkmConfig } from '../../../schemas/driver-config.ts';
import { type DriverTemplate, QUESTION } from '../template.ts';

export const jkmTemplate: DriverTemplate<JkmConfig> = {
  config: { name: 'jkm', ...QUESTION },
  codes: {
    recognise: { kind: 'binary', marker: 'JKM', length: { min: 36, max: 36 } },
    template: '{jkm24}',
  },
};
