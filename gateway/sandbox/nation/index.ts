export { checkNation } from './check-nation.ts';
export { ALL_DRILLS } from './drills/index.ts';
export { certificateScan, mapOf, readyScans } from './map.ts';
export { NationError } from './nation-error.ts';
export { withNation } from './run-nation.ts';
