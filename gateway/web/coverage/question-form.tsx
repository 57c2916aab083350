import { keysOf, REASONS, reasonCodeSchema, VENUE_KINDS, venueKindSchema } from '../../../schemas/code-lists/index.ts';
import { coverageWindowSchema } from '../../../schemas/coverage.ts';
import { COVERAGE_TEXTS, WINDOW_TEXTS } from '../../../schemas/texts/coverage.ts';
import { say } from '../shell/language.ts';
import type { Question } from './question.ts';

interface FormProps {
  readonly question: Question;
  readonly ask: (question: Question) => void;
}

/** Over how long, at which kind of venue, and with which reason. */
export function QuestionForm({ question, ask }: FormProps) {
  const windows = keysOf(WINDOW_TEXTS).map((window) => [window, say(WINDOW_TEXTS[window])] as const);
  const kinds = keysOf(VENUE_KINDS).map((kind) => [kind, say(VENUE_KINDS[kind])] as const);
  const reasons = keysOf(REASONS).map((reason) => [reason, say(REASONS[reason])] as const);
  const every = ['', say(COVERAGE_TEXTS.every)] as const;
  return (
    <form class="question" aria-label={say(COVERAGE_TEXTS.show)} onSubmit={(event) => event.preventDefault()}>
      <Choice
        name="window"
        label={say(COVERAGE_TEXTS.window)}
        value={question.window}
        options={windows}
        onChoice={(text) => ask({ ...question, window: coverageWindowSchema.parse(text) })}
      />
      <Choice
        name="venue_kind"
        label={say(COVERAGE_TEXTS.venue_kind)}
        value={question.venue_kind ?? ''}
        options={[every, ...kinds]}
        onChoice={(text) => ask({ ...question, venue_kind: venueKindSchema.safeParse(text).data ?? null })}
      />
      <Choice
        name="reason"
        label={say(COVERAGE_TEXTS.reason)}
        value={question.reason ?? ''}
        options={[every, ...reasons]}
        onChoice={(text) => ask({ ...question, reason: reasonCodeSchema.safeParse(text).data ?? null })}
      />
      {question.reason !== null && (
        <p class="quiet">
          {say(COVERAGE_TEXTS.only_reason)}
          {say(REASONS[question.reason])}
        </p>
      )}
    </form>
  );
}

interface ChoiceProps {
  readonly name: string;
  readonly label: string;
  readonly value: string;
  readonly options: readonly (readonly [string, string])[];
  readonly onChoice: (value: string) => void;
}

function Choice({ name, label, value, options, onChoice }: ChoiceProps) {
  return (
    <label>
      <span>{label}</span>
      <select name={name} value={value} onChange={(event) => onChoice(event.currentTarget.value)}>
        {options.map(([key, text]) => (
          <option key={key} value={key} selected={key === value}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}
