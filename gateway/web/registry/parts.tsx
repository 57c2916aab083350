import { type ComponentChildren, toChildArray } from 'preact';

/** Several things that are said of one: with a dot between those that share a line, and none where a line ends or begins. */
export function Parts({ children }: { readonly children: ComponentChildren }) {
  return (
    <span class="parts">
      {toChildArray(children).map((part, at) => (
        <span key={at}>{part}</span>
      ))}
    </span>
  );
}
