import type { LocalisedText } from '../../../schemas/code-lists/index.ts';
import { SCAN_TEXTS } from '../../../schemas/texts/scan.ts';
import { doorNextOf, lastResortOf, operatorNextOf, type Refused, whyOf } from '../asking/outcome.ts';
import { Row } from '../asking/row.tsx';
import type { VenueAccess } from '../asking/venue-access.ts';
import { say } from '../shell/language.ts';
import { NoPhone } from './no-phone.tsx';

interface RefusalProps {
  readonly outcome: Refused;
  /** How this page comes to ask as a venue. */
  readonly way: VenueAccess['way'];
}

/** Why there is no answer, or why what was carried does not count, and what each does about it: the door first. */
export function Refusal({ outcome, way }: RefusalProps) {
  const [lastResort, forOperator] = [lastResortOf(outcome), operatorNextOf(outcome, way)];
  const requestId = outcome.kind === 'problem' && outcome.code === 'internal' ? outcome.request_id : undefined;
  return (
    <>
      <p class="lead">{say(doorNextOf(outcome, way))}</p>
      <dl class="rows">
        <Row name={SCAN_TEXTS.why}>{say(whyOf(outcome, way))}</Row>
        {lastResort !== null && <Row name={SCAN_TEXTS.do_next}>{say(lastResort)}</Row>}
        <NoPhone outcome={outcome} />
        {forOperator !== null && <Row name={SCAN_TEXTS.for_operator}>{say(withReason(forOperator, outcome))}</Row>}
        {requestId !== undefined && (
          <Row name={SCAN_TEXTS.request_id}>
            <code class="taken">{requestId}</code>
          </Row>
        )}
      </dl>
    </>
  );
}

/** With what exactly is wrong, where that is told. */
function withReason({ zh, en }: LocalisedText, outcome: Refused): LocalisedText {
  const reason = outcome.kind === 'problem' ? outcome.reason : undefined;
  return reason === undefined ? { zh, en } : { zh: `${zh}（${reason}）`, en: `${en} (${reason})` };
}
