import type { ComponentChildren } from 'preact';
import type { LocalisedText } from '../../../schemas/code-lists/index.ts';
import { say } from '../shell/language.ts';

/** One named line of an answer. */
export function Row({ name, children }: { readonly name: LocalisedText; readonly children: ComponentChildren }) {
  return (
    <div>
      <dt>{say(name)}</dt>
      <dd>{children}</dd>
    </div>
  );
}
