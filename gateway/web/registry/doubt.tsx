import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { doubtedText, LOG_FAULTS, type LogFault, REGISTRY_TEXTS } from '../../../schemas/texts/registry.ts';
import { say } from '../shell/language.ts';
import { bracketed } from './words.ts';

/** Why the log is in doubt, for all that is told from it; null where this browser believes it. */
export const LogDoubt = createContext<LogFault | null>(null);

/** Whether each entry says of itself whether it holds: a head that is believed is what they are checked by. */
export function isChecked(fault: LogFault | null): boolean {
  return fault === null || fault === 'entries';
}

/** The sign and the name of what is wrong with the log: the same wherever it is told. */
export function FaultName({ fault }: { readonly fault: LogFault }) {
  const { sign, isGrave, ...name } = LOG_FAULTS[fault];
  return (
    <strong class={isGrave ? 'proof bad' : undefined}>
      {sign} {say(name)}
    </strong>
  );
}

/** What comes of a log in doubt, for everything that is told from it. */
export function Consequence({ fault }: { readonly fault: LogFault }) {
  return (
    <p class="proof unchecked">
      {NOT_CHECKED} {say(doubtedText(fault))}
    </p>
  );
}

/** Nothing was held against a log that is not believed: that is no proof of a lie. */
export const NOT_CHECKED = '○';

interface StateBadgeProps {
  /** A closed code of a state, for how it looks. */
  readonly state: string;
  readonly text: string;
}

/** A state that the gateway tells: marked where nothing proves it. */
export function StateBadge({ state, text }: StateBadgeProps) {
  return useContext(LogDoubt) === null ? (
    <span class={`badge ${state}`}>{text}</span>
  ) : (
    <span class={`badge ${state} doubted`}>
      {NOT_CHECKED} {text}
      {bracketed(say(REGISTRY_TEXTS.not_proven))}
    </span>
  );
}

/** Beside what has no state of its own, where the log is in doubt. */
export function NotProvenBadge() {
  if (useContext(LogDoubt) === null) return null;
  return (
    <span class="badge doubted">
      {NOT_CHECKED} {say(REGISTRY_TEXTS.not_proven)}
    </span>
  );
}
