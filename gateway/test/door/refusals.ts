import { keysOf, type LocalisedText } from '../../../schemas/code-lists/index.ts';
import { ownMember } from '../../../schemas/own-member.ts';
import { PROBLEMS } from '../../../schemas/problem.ts';
import {
  DOOR_NEXT_TEXTS,
  OPERATOR_NEXT_TEXTS,
  SIGN_IN_OTHERWISE_TEXTS,
  UNRECOGNISED_OPERATOR_TEXTS,
} from '../../../schemas/texts/door-next.ts';
import { startChromium } from '../chromium.ts';
import { DoorPage, refusedWith } from '../scan-page.ts';
import type { DoorRun } from './run.ts';

/** Each code with which a gateway can refuse is shown in words, with what to do next, in both languages. */
export async function everyRefusal({ gateway, note, fault }: DoorRun): Promise<void> {
  const browser = await startChromium();
  const codes = keysOf(PROBLEMS);
  const forOperators: Readonly<Record<string, LocalisedText>> = OPERATOR_NEXT_TEXTS;
  for (const lang of ['zh', 'en'] as const) {
    const query = `venue=guangzhou-hospital&lang=${lang}`;
    const open = await DoorPage.open(browser, gateway.url, { query });
    for (const code of codes) {
      const { problem, verified, words } = await refusedWith(open, code);
      const { next, ...text } = PROBLEMS[code];
      // What the door is told already is not told again to the operator.
      const own =
        code === 'code_unrecognised' ? UNRECOGNISED_OPERATOR_TEXTS.not_a_code : (ownMember(forOperators, code) ?? next);
      const isMended = code === 'token_missing' || code === 'token_invalid';
      const advice = isMended ? [SIGN_IN_OTHERWISE_TEXTS.sandbox] : [own, DOOR_NEXT_TEXTS[code] ?? next];
      const isTold = [text, ...advice].every((said) => flat(words).includes(flat(said[lang])));
      if (problem !== code || verified !== 'false' || !isTold) fault(`${code} in ${lang}: ${words}`);
    }
    for (const complaint of open.complaints) fault(complaint);
    await open.context.close();
  }
  note(`${codes.length} refusals, each in words and in both languages`);
  await browser.close();
}

/** The page capitalises first letters and breaks lines. */
function flat(text: string): string {
  return text.toLowerCase().replaceAll(/\s+/g, ' ');
}
