import { join } from 'node:path';
import { loadProvinces, type ProvinceFolder } from '../../../adapters/provinces/index.ts';

const EXAMPLES = join(import.meta.dirname, '../../../adapters/conformance/examples');

/** Every system that stands in this repository: the provinces, and the worked examples. */
export function loadSystems(): ProvinceFolder[] {
  return [...loadProvinces(), ...loadProvinces(EXAMPLES)];
}
