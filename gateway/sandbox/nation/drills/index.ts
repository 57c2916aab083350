import type { Drill } from './drill.ts';

/** In the order in which they run: what cannot be undone comes last. */
export const ALL_DRILLS: readonly Drill[] = [];
