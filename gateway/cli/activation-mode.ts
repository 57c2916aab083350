import { Option } from 'commander';
import type { LocalisedText } from '../../schemas/code-lists/index.ts';
import { type ActivationMode, activationModeSchema } from '../../schemas/registry-event.ts';
import type { Cli } from './cli.ts';
import { reading } from './commands/command.ts';

/** How much of a province's codes a version is put to use for. */
export interface ModeOptions {
  readonly shadow?: true;
  readonly canary?: number;
  readonly full?: true;
}

/** `--shadow`, `--canary` and `--full`, one of which may be given. */
export function modeOptions({ say }: Cli): readonly Option[] {
  const percent = reading(percentOf, say({ zh: '应为 1 至 99 的整数', en: 'a whole number from 1 to 99' }));
  return [
    new Option('--shadow', say({ zh: '只对照，不作答', en: 'ask and compare, never serve' })).conflicts([
      'canary',
      'full',
    ]),
    new Option('--canary <percent>', say({ zh: '对百分之几的码作答（1-99）', en: 'serve this share of codes, 1-99' }))
      .argParser(percent)
      .conflicts(['shadow', 'full']),
    new Option('--full', say({ zh: '全量', en: 'serve every code' })),
  ];
}

export function modeOf({ shadow, canary }: ModeOptions): ActivationMode {
  if (shadow === true) return { stage: 'shadow' };
  return activationModeSchema.parse(canary === undefined ? { stage: 'full' } : { stage: 'canary', percent: canary });
}

export function modeText(mode: ActivationMode): LocalisedText {
  switch (mode.stage) {
    case 'shadow':
      return { zh: '影子（只对照）', en: 'in shadow, compared and never served' };
    case 'canary':
      return { zh: `试用 ${mode.percent}% 的码`, en: `for ${mode.percent} % of codes` };
    case 'full':
      return { zh: '全量', en: 'in full' };
  }
}

function percentOf(text: string): number | null {
  const percent = /^\d{1,2}$/.test(text) ? Number(text) : 0;
  return percent >= 1 ? percent : null;
}
