import type { TifConfig } from '../../../schemas/driver-config.ts';
import { type DriverTemplate, PREFIXED_CODE, QUESTION } from '../template.ts';

export const tifTemplate: DriverTemplate<TifConfig> = {
  config: { name: 'tif', ...QUESTION },
  codes: PREFIXED_CODE,
};
