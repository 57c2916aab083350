import type { ComponentChildren } from 'preact';

interface FactProps {
  readonly term: ComponentChildren;
  readonly children: ComponentChildren;
}

/** A list of terms with what there is to say of each: beside one another where there is room, else below. */
export function Facts({ children }: { readonly children: ComponentChildren }) {
  return <dl class="facts">{children}</dl>;
}

/** One line of it. */
export function Fact({ term, children }: FactProps) {
  return (
    <div>
      <dt>{term}</dt>
      <dd>{children}</dd>
    </div>
  );
}
