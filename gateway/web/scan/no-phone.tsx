import { SCAN_TEXTS } from '../../../schemas/texts/scan.ts';
import { noPhoneOf, type Outcome } from '../asking/outcome.ts';
import { Row } from '../asking/row.tsx';
import { say } from '../shell/language.ts';

/** What else somebody without a phone may show, where that helps. */
export function NoPhone({ outcome }: { readonly outcome: Outcome }) {
  const text = noPhoneOf(outcome);
  return text === null ? null : <Row name={SCAN_TEXTS.no_phone}>{say(text)}</Row>;
}
