import { useEffect, useRef, useState } from 'preact/hooks';
import type { ScanProblemCode } from '../../../schemas/texts/scan-problems.ts';
import type { Choice } from './choice.tsx';
import { CodeReader } from './code-reader.ts';

/** Codes that come in as pictures, and what a person has to choose between. */
export interface Reading {
  readonly choice: Choice | null;
  readonly onFrame: (frame: ImageBitmap) => Promise<void>;
  readonly onPicture: (file: Blob) => void;
  readonly dropChoice: () => void;
}

interface Parts {
  /** Whether a frame of the camera is worth a look now. */
  readonly mayRead: () => boolean;
  /** A code alone in what the camera sees; the same one comes again while it is in view. */
  readonly onSeen: (text: string) => void;
  /** A code alone in a picture that somebody handed in. */
  readonly onText: (text: string) => void;
  readonly onFault: (code: Extract<ScanProblemCode, 'picture_unreadable' | 'no_code_in_picture'>) => void;
}

/** Reads frames and pictures. Several codes in one are nobody's turn: a person chooses. */
export function useReading({ mayRead, onSeen, onText, onFault }: Parts): Reading {
  const [choice, setChoice] = useState<Choice | null>(null);
  // Made once: a reader is a worker with a module of its own.
  const [reader] = useState(() => new CodeReader());
  const latest = useRef({ mayRead, onSeen });
  latest.current = { mayRead, onSeen };
  useEffect(() => () => reader.close(), []);

  const onFrame = async (frame: ImageBitmap) => {
    if (!latest.current.mayRead()) return frame.close();
    // The reader takes its picture over; where there are several codes one is needed to show them.
    const copy = await createImageBitmap(frame);
    const codes = await reader.read(frame, false);
    const [first] = codes;
    if (first !== undefined && codes.length > 1) {
      setChoice((before) => chosenFrom(before, { codes, picture: copy }));
      return;
    }
    copy.close();
    if (first !== undefined) latest.current.onSeen(first.text);
  };

  const readPicture = async (file: Blob) => {
    const picture = await createImageBitmap(file).catch(() => null);
    if (picture === null) return onFault('picture_unreadable');
    const codes = await reader.read(await createImageBitmap(picture), true);
    const [first] = codes;
    if (codes.length > 1) return setChoice((before) => chosenFrom(before, { codes, picture }));
    picture.close();
    if (first === undefined) onFault('no_code_in_picture');
    else onText(first.text);
  };

  return {
    choice,
    onFrame,
    onPicture: (file) => void readPicture(file),
    dropChoice: () => setChoice(null),
  };
}

/** While the same codes are in view the picture stays as it is, so that what somebody is about to press does not move. */
function chosenFrom(before: Choice | null, now: Choice): Choice {
  const textsOf = ({ codes }: Choice) => codes.map(({ text }) => text).sort();
  if (before !== null && JSON.stringify(textsOf(before)) === JSON.stringify(textsOf(now))) {
    now.picture.close();
    return before;
  }
  before?.picture.close();
  return now;
}
