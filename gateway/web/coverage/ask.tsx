import type { ComponentChildren, TargetedKeyboardEvent } from 'preact';
import { addressOf, type Question } from './question.ts';

interface AskProps {
  readonly question: Question;
  readonly ask: (question: Question) => void;
  readonly children: ComponentChildren;
  /** It leads to what is shown. */
  readonly current?: boolean;
  /** In a cell that arrow keys move to. */
  readonly cell?: {
    readonly at: string;
    readonly isActive: boolean;
    readonly onKeyDown: (event: TargetedKeyboardEvent<HTMLElement>) => void;
  };
}

/** A link to another question: it can be copied, opened elsewhere and gone back from, and here it loads nothing anew. */
export function Ask({ question, ask, children, current = false, cell }: AskProps) {
  return (
    <a
      href={addressOf(question)}
      aria-current={current ? 'true' : undefined}
      tabIndex={cell?.isActive === false ? -1 : undefined}
      data-at={cell?.at}
      onKeyDown={cell?.onKeyDown}
      onClick={(event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        ask(question);
      }}
    >
      {children}
    </a>
  );
}
