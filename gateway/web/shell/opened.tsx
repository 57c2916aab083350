import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

interface OpenedProps {
  readonly id: string;
  readonly summary: ComponentChildren;
  /** Made when it is opened for the first time: a page of many boxes costs nothing for those that stay closed. */
  readonly children: () => ComponentChildren;
  /** Open whatever the reader has done: what is looked for stands in it. */
  readonly forced?: boolean;
}

/** A box that opens by its summary, by a link to it, and by a link to what is in it (see `openTarget`). */
export function Opened({ id, summary, children, forced = false }: OpenedProps) {
  const [isOpen, setOpen] = useState(() => forced || location.hash === `#${id}`);
  const box = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    const onHash = () => {
      if (location.hash === `#${id}`) setOpen(true);
    };
    addEventListener('hashchange', onHash);
    return () => removeEventListener('hashchange', onHash);
  }, [id]);
  useEffect(() => {
    if (forced) setOpen(true);
  }, [forced]);
  useEffect(() => {
    if (isOpen && location.hash === `#${id}`) box.current?.scrollIntoView();
  }, [isOpen, id]);
  return (
    <details id={id} ref={box} open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{summary}</summary>
      {isOpen && <div>{children()}</div>}
    </details>
  );
}
