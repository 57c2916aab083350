import type { LocalisedText } from '../../../schemas/code-lists/index.ts';
import { say } from './language.ts';

interface UnreadProps {
  /** What is said while it is being read, which is nothing to warn of. */
  readonly loading: LocalisedText;
  /** What is said where it could not be. */
  readonly unreadable: LocalisedText;
  readonly isLost: boolean;
}

/** Stands where nothing was read yet. One element in both: whoever cannot see it is told when it becomes a warning. */
export function Unread({ loading, unreadable, isLost }: UnreadProps) {
  return (
    <p class={isLost ? 'notice' : 'quiet'} role="status">
      {isLost ? `⚠ ${say(unreadable)}` : say(loading)}
    </p>
  );
}
