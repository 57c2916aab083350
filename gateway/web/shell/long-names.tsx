import { Fragment } from 'preact';

/** What parts a name into words, with a word behind it. */
const PARTING = /([_/#]+)(?=\w)/;

/** A text with codes and paths in it: one that no line has room for is broken between its words, not before its last letter. */
export function LongNames({ text }: { readonly text: string }) {
  return (
    <>
      {text.split(PARTING).map((part, at) =>
        at % 2 === 0 ? (
          part
        ) : (
          <Fragment key={at}>
            {part}
            <wbr />
          </Fragment>
        ),
      )}
    </>
  );
}
