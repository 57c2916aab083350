import { chosenOf, optionsOf, wholeNumberIn } from '../../program-options.ts';
import { LANGUAGES, type Language } from './scene.ts';

/** The parts of the long run, in the order in which all of them are run. */
const PARTS = ['timings', 'systems', 'refusals', 'looks', 'passes', 'memory'] as const;
/** The scenes of the part `looks`. */
const SCENES = [
  'standing',
  'trouble',
  'signing-in',
  'batch',
  'answers',
  'carried',
  'refusals',
  'desk',
  'around',
] as const;
/** A small old phone, a phone, a tablet and a desk, in pixels. */
const WIDTHS = ['320', '390', '768', '1280'] as const;

export type DoorPart = (typeof PARTS)[number];
export type SceneName = (typeof SCENES)[number];
export type Width = (typeof WIDTHS)[number];

export const HELP = `Usage: npm run door -- [options]

The scanner's page in Chromium at length, on a sandbox of its own. Many minutes; fewer for a part alone. Parts:
  timings   how long an answer takes
  systems   codes of every system, by camera
  refusals  what each refusal says and leads to
  looks     every state at every width, in both languages and schemes: nothing keeps anybody out
  passes    many passes without a network, each once as it is and once altered
  memory    many scans in a row on one page, and what they leave in memory

Options:
  --only PART     run this part alone; may be told more than once, as --scene, --lang and --width may (default: all)
  --scans N       scans in a row, in the part memory (default 1000)
  --passes N      passes, in the part passes (default 1000)
  --pictures DIR  write pictures of every look there (default: none are taken)
  --scene NAME    looks: this scene alone (default: all, which are ${SCENES.slice(0, 6).join(', ')},
                  ${SCENES.slice(6).join(', ')})
  --lang LANG     looks: this language alone: ${LANGUAGES.join(', ')} (default: all)
  --width N       looks: this width alone: ${WIDTHS.join(', ')} (default: all)
  --help          print this

Exit code: 0 no faults, 1 there are some, 2 wrong usage.
`;

/** What one long run at the door does. */
export interface DoorOptions {
  /** Scans in a row on one page, for what it keeps in memory. */
  readonly scans: number;
  /** Passes that are scanned without a network, each once as it is and once altered. */
  readonly passes: number;
  /** Where pictures of every state go; null: none are taken. */
  readonly pictures: string | null;
  /** The parts to run. */
  readonly only: readonly DoorPart[];
  /** The scenes of the part `looks`, its languages and its widths in pixels. */
  readonly scene: readonly SceneName[];
  readonly lang: readonly Language[];
  readonly width: readonly Width[];
}

/** Reads the options of `npm run door`. Throws WrongUsage. */
export function readOptions(args: readonly string[]): DoorOptions {
  const values = optionsOf(args, {
    scans: { type: 'string', default: '1000' },
    passes: { type: 'string', default: '1000' },
    pictures: { type: 'string' },
    only: { type: 'string', multiple: true, default: [] },
    scene: { type: 'string', multiple: true, default: [] },
    lang: { type: 'string', multiple: true, default: [] },
    width: { type: 'string', multiple: true, default: [] },
  });
  return {
    scans: wholeNumberIn('--scans', values.scans, { least: 1 }),
    passes: wholeNumberIn('--passes', values.passes, { least: 1 }),
    pictures: values.pictures ?? null,
    only: chosenOf('--only', values.only, PARTS),
    scene: chosenOf('--scene', values.scene, SCENES),
    lang: chosenOf('--lang', values.lang, LANGUAGES),
    width: chosenOf('--width', values.width, WIDTHS),
  };
}
