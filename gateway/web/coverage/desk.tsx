import { useEffect, useState } from 'preact/hooks';
import { COVERAGE_TEXTS, scansText, windowText, withheldText } from '../../../schemas/texts/coverage.ts';
import { zoneText } from '../registry/words.ts';
import { say } from '../shell/language.ts';
import { Unread } from '../shell/unread.tsx';
import { Adapters } from './adapters.tsx';
import { Attention } from './attention.tsx';
import { CoverageFeed, type FeedState, type Shown } from './coverage-feed.ts';
import { Detail } from './detail.tsx';
import { Matrix } from './matrix.tsx';
import { Nodes } from './nodes.tsx';
import { ProvinceDesk, provinceTitle } from './province-desk.tsx';
import type { Question } from './question.ts';
import { QuestionForm } from './question-form.tsx';
import { Refused } from './refused.tsx';
import { Trend } from './trend.tsx';
import { useQuestion } from './use-question.ts';
import { countText, percentText, timeText } from './words.ts';

/** The national desk: what needs attention, who recognises whom, and how it has gone. */
export function Desk() {
  const [question, ask] = useQuestion();
  const [shown, setShown] = useState<Shown | null>(null);
  const [state, setState] = useState<FeedState | null>(null);
  useEffect(() => {
    const feed = new CoverageFeed(question, setShown, setState);
    return () => feed.stop();
  }, [question]);
  const { province } = question;
  return (
    <div class="desk" data-live={state ?? 'reading'}>
      <h1>{province === null ? say(COVERAGE_TEXTS.title) : provinceTitle(province)}</h1>
      <QuestionForm question={question} ask={ask} />
      {shown === null ? (
        <Unread {...COVERAGE_TEXTS} isLost={state === 'lost'} />
      ) : (
        <>
          <p class="quiet standing">
            {say(COVERAGE_TEXTS.as_of)} <time>{timeText(shown.whole.generated_at)}</time> <span>{zoneText()}</span>{' '}
            {state !== null && (
              <span class={`feed ${state}`} role="status">
                {say(COVERAGE_TEXTS[state])}
                {state === 'lost' && say(windowText(shown.whole.window))}
              </span>
            )}
          </p>
          {province !== null && <ProvinceDesk {...{ province, shown, question, ask }} />}
          {province === null && <Everything {...{ shown, question, ask }} />}
        </>
      )}
    </div>
  );
}

interface EverythingProps {
  readonly shown: Shown;
  readonly question: Question;
  readonly ask: (question: Question) => void;
}

function Everything({ shown, question, ask }: EverythingProps) {
  const { recognition_rate: rate, totals } = shown.whole;
  return (
    <>
      <p class="sum">
        {rate === null ? (
          <span>{say(COVERAGE_TEXTS.no_greens)}</span>
        ) : (
          <span>
            <strong data-rate={rate}>{percentText(rate)}</strong> {say(COVERAGE_TEXTS.rate)}
          </span>
        )}{' '}
        <span>{say(scansText(countText(totals.presented)))}</span>
      </p>
      <div class="wall">
        <Attention items={shown.whole.attention} />
        <div>
          <Matrix coverage={shown.whole} question={question} ask={ask} />
          <p class="quiet" data-suppressed={shown.whole.suppressed.cells}>
            {say(withheldText(shown.whole.suppressed.cells, shown.whole.suppressed_below))}
          </p>
        </div>
      </div>
      {shown.close !== null && <Detail coverage={shown.close} question={question} ask={ask} />}
      <Trend series={(shown.close ?? shown.whole).series ?? []} question={question} />
      <Nodes nodes={shown.whole.nodes} />
      <Refused refused={(shown.close ?? shown.whole).refused} />
      <Adapters provinces={shown.whole.provinces} question={question} ask={ask} />
    </>
  );
}
