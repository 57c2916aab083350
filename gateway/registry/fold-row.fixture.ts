import type { RejectionCode } from '../../schemas/registry-rejections.ts';
import type { World } from './registry.fixture.ts';

/** From where an attempt starts. */
export type Start = 'empty' | 'enrolled' | 'checked' | 'active';
/** Something that must be refused: what it would mean if it were not, the code, and what is tried. */
export type Row = readonly [
  defect: string,
  code: RejectionCode,
  start: Start,
  attempt: (world: World) => Promise<string | null>,
];
