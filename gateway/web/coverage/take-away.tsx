import { COVERAGE_TEXTS } from '../../../schemas/texts/coverage.ts';
import { say } from '../shell/language.ts';
import { exportPathOf, type Question } from './question.ts';

interface TakeAwayProps {
  readonly question: Question;
  /** Hour by hour, or the matrix. */
  readonly hours: boolean;
}

/** The same numbers for a table of one's own. */
export function TakeAway({ question, hours }: TakeAwayProps) {
  return (
    <p class="quiet take-away">
      {say(COVERAGE_TEXTS.export)}
      <a href={exportPathOf(question, 'csv', hours)} download>
        CSV
      </a>{' '}
      <a href={exportPathOf(question, 'jsonl', hours)} download>
        JSON Lines
      </a>
    </p>
  );
}
