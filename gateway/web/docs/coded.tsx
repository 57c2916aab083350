const CODE = /`([^`]+)`/;

/** A text of the description, which marks what is code as Markdown does. */
export function Coded({ text }: { readonly text: string }) {
  return <>{text.split(CODE).map((part, at) => (at % 2 === 1 ? <code key={at}>{part}</code> : part))}</>;
}
