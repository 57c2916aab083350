import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';

interface AsideProps {
  readonly summary: string;
  readonly children: ComponentChildren;
}

/** A form that is seldom needed, behind its name. Escape closes it, and leaves whoever did so at its name. */
export function Aside({ summary, children }: AsideProps) {
  const box = useRef<HTMLDetailsElement>(null);
  return (
    <details
      class="aside"
      ref={box}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || box.current?.open !== true) return;
        box.current.open = false;
        box.current.querySelector('summary')?.focus();
      }}
    >
      <summary>{summary}</summary>
      {children}
    </details>
  );
}
