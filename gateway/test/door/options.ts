import { parseArgs } from 'node:util';

/** What one long run at the door does. */
export interface DoorOptions {
  /** Scans in a row on one page, for what it keeps in memory. */
  readonly scans: number;
  /** Passes that are scanned without a network, each once as it is and once altered. */
  readonly passes: number;
  /** Where pictures of every state go; null: none are taken. */
  readonly pictures: string | null;
  /** The parts to run; all unless told. */
  readonly only: readonly string[];
  /** The scenes of the part `looks`, its languages and its widths in pixels; all unless told. */
  readonly scene: readonly string[];
  readonly lang: readonly string[];
  readonly width: readonly string[];
}

/** Reads the options of `npm run door`. Throws where there is one that it does not know. */
export function readOptions(args: readonly string[]): DoorOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      scans: { type: 'string', default: '1000' },
      passes: { type: 'string', default: '1000' },
      pictures: { type: 'string' },
      only: { type: 'string', multiple: true, default: [] },
      scene: { type: 'string', multiple: true, default: [] },
      lang: { type: 'string', multiple: true, default: [] },
      width: { type: 'string', multiple: true, default: [] },
    },
  });
  return {
    scans: Number(values.scans),
    passes: Number(values.passes),
    pictures: values.pictures ?? null,
    only: values.only,
    scene: values.scene,
    lang: values.lang,
    width: values.width,
  };
}
