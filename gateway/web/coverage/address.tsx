import { Fragment } from 'preact';

/** An address that has no room in a line is broken between its names, not within one. */
export function Address({ text }: { readonly text: string }) {
  return (
    <>
      {text.split(/(?=\.)/).map((name) => (
        <Fragment key={name}>
          {name}
          <wbr />
        </Fragment>
      ))}
    </>
  );
}
