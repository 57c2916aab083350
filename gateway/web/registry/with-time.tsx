interface WithTimeProps {
  readonly text: string;
  /** As it stands in the text; null where it tells none. */
  readonly time: string | null;
}

/** A sentence that tells a time: a line ends before it or after it, and not within. */
export function WithTime({ text, time }: WithTimeProps) {
  const at = time === null ? -1 : text.indexOf(time);
  if (time === null || at < 0) return <>{text}</>;
  return (
    <>
      {text.slice(0, at)}
      <wbr />
      <span class="whole">{time}</span>
      {text.slice(at + time.length)}
    </>
  );
}
