import type { ComponentChildren } from 'preact';
import { useContext, useState } from 'preact/hooks';
import { OPERATOR_TEXTS } from '../../../schemas/texts/operator.ts';
import { say } from '../shell/language.ts';
import { Announcement } from './announcement.ts';
import { LogDoubt, NOT_CHECKED } from './doubt.tsx';
import { DOT } from './words.ts';

interface SignedFormProps {
  readonly id: string;
  readonly button: string;
  /** What was done then. */
  readonly done: string;
  /** Whom the step is about, as what came of it is told. */
  readonly about: string;
  /** `stop` takes something from travellers or from a province, and looks like it; `approve` lets something go on. */
  readonly tone: 'approve' | 'stop';
  /** What has to be filled in, and a key that can sign. */
  readonly isReady: boolean;
  /** Signs and sends; null, or in words why it was refused. */
  readonly step: () => Promise<string | null>;
  readonly children?: ComponentChildren;
}

/**
 * A form whose one button signs a step. Why it was refused is said below the button; that it is done where the page says what
 * was done, since the form may be gone by then.
 */
export function SignedForm({ id, button, done, about, tone, isReady, step, children }: SignedFormProps) {
  const [state, setState] = useState('');
  const [isRefused, setRefused] = useState(false);
  const announce = useContext(Announcement);
  const isDoubted = useContext(LogDoubt) !== null;
  const [isSending, setSending] = useState(false);
  const send = async () => {
    setSending(true);
    setRefused(false);
    setState(say(OPERATOR_TEXTS.signing));
    const refusal = await step().catch(() => say(OPERATOR_TEXTS.no_answer));
    setRefused(refusal !== null);
    setState(refusal === null ? '' : `✗ ${refusal}`);
    setSending(false);
    if (refusal === null) announce([`✓ ${done}`, about, say(OPERATOR_TEXTS.entered)].join(DOT));
  };
  return (
    <form
      id={id}
      class={`signed ${tone}`}
      onSubmit={(event) => {
        event.preventDefault();
        if (isReady && !isSending) void send();
      }}
    >
      {children}
      {isDoubted && (
        <p class="proof unchecked">
          {NOT_CHECKED} {say(OPERATOR_TEXTS.doubted)}
        </p>
      )}
      <p>
        <button type="submit" class={tone} disabled={!isReady || isSending}>
          {button}
        </button>
      </p>
      <p role="status" class={isRefused ? 'proof bad' : undefined}>
        {state}
      </p>
    </form>
  );
}

interface ChoiceProps {
  readonly id: string;
  readonly label: string;
  readonly value: string;
  readonly onChoose: (value: string) => void;
  readonly options: readonly { readonly value: string; readonly text: string }[];
  /** Long texts: the one chosen is told below as well, where the screen is too narrow for it. */
  readonly isLong?: boolean;
}

/** Nothing is chosen beforehand: nothing is to be stopped by a hasty click. */
export function Choice({ id, label, value, onChoose, options, isLong = false }: ChoiceProps) {
  const chosen = options.find((option) => option.value === value);
  return (
    <p class="field">
      <label for={id}>{label}</label>
      <select id={id} value={value} required onChange={(event) => onChoose(event.currentTarget.value)}>
        <option value="" disabled>
          {say(OPERATOR_TEXTS.choose)}
        </option>
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.text}
          </option>
        ))}
      </select>
      {isLong && chosen !== undefined && <span class="chosen">{chosen.text}</span>}
    </p>
  );
}

interface TypedProps {
  readonly id: string;
  readonly label: string;
  readonly value: string;
  readonly onType: (value: string) => void;
}

/** What has to be written out, so that the hand is as slow as the thought. */
export function Typed({ id, label, value, onType }: TypedProps) {
  return (
    <p class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        value={value}
        autocomplete="off"
        spellcheck={false}
        onInput={(event) => onType(event.currentTarget.value)}
      />
    </p>
  );
}
