import type { ComponentChildren } from 'preact';

/** The number of a province's government, which answers in each of them. */
const HOTLINE = /\b(12345)\b/;

/** A number to call is called at a touch. */
export function withCalls(text: string): ComponentChildren {
  return text.split(HOTLINE).map((part, at) => {
    if (at % 2 === 0) return part;
    return (
      <a key={at} class="call" href={`tel:${part}`}>
        {part}
      </a>
    );
  });
}
