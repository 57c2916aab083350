import { Fragment } from 'preact';

/** Before each dot, and after each stroke; where it has a hyphen a browser breaks it by itself. */
const BETWEEN_NAMES = /(?=\.)|(?<=\/)(?!\/)/;

/** An address that has no room in a line is broken between its names, not within one. */
export function Address({ text }: { readonly text: string }) {
  return (
    <>
      {text.split(BETWEEN_NAMES).map((name, at) => (
        <Fragment key={at}>
          {name}
          <wbr />
        </Fragment>
      ))}
    </>
  );
}
