import { useEffect, useRef, useState } from 'preact/hooks';
import type { Purpose } from '../../../schemas/code-lists/index.ts';
import type { Choice } from './choice.tsx';
import { CodeReader } from './code-reader.ts';
import { type Counts, counted, NO_COUNTS } from './counts.ts';
import { nowS, type Opened } from './opening.ts';
import { decisionOf, type Outcome, scanProblem } from './outcome.ts';
import { Presence } from './presence.ts';
import { scanText } from './scan-text.ts';
import { Signals } from './signals.ts';
import type { NoAccess, VenueAccess } from './venue-access.ts';

/** A pass gives way by itself; whatever else somebody has to read stays until the next scan, or until it is put away. */
const PASS_SHOWN_MS = 4_000;
/** The next phone in the queue does not push away what nobody can have read yet. */
const MIN_SHOWN_MS = 1_500;

/** The state of one page that scans: one question at a time, and its answer. */
export interface Scanning {
  readonly outcome: Outcome | null;
  readonly isAsking: boolean;
  readonly choice: Choice | null;
  readonly counts: Counts;
  readonly clockAheadS: number;
  readonly signals: Signals;
  readonly onFrame: (frame: ImageBitmap) => Promise<void>;
  readonly onText: (text: string) => void;
  readonly onPicture: (file: Blob) => void;
  readonly onNext: () => void;
  readonly resetCounts: () => void;
}

interface Parts {
  readonly opened: Promise<Opened>;
  /** As whom this page asks; asked for again where nobody was reached before. */
  readonly obtainAccess: () => Promise<VenueAccess | NoAccess>;
  readonly purpose: Purpose | null;
  readonly onAsked: (reached: boolean) => void;
}

export function useScanning(parts: Parts): Scanning {
  const latest = useRef(parts);
  latest.current = parts;
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const [isAsking, setAsking] = useState(false);
  const [choice, setChoice] = useState<Choice | null>(null);
  const [counts, setCounts] = useState(NO_COUNTS);
  const [clockAheadS, setClockAheadS] = useState(0);
  // Made once: a reader is a worker with a module of its own.
  const [held] = useState(() => ({ reader: new CodeReader(), presence: new Presence(), signals: new Signals() }));
  const queue = useRef({ last: Promise.resolve(), waiting: 0, shownMs: Number.NEGATIVE_INFINITY }).current;

  useEffect(() => () => held.reader.close(), []);
  useEffect(() => {
    if (outcome === null || decisionOf(outcome) !== 'pass') return;
    const timer = setTimeout(() => setOutcome(null), PASS_SHOWN_MS);
    return () => clearTimeout(timer);
  }, [outcome]);

  const show = (next: Outcome) => {
    queue.shownMs = performance.now();
    setChoice(null);
    setOutcome(next);
    setCounts((before) => counted(before, next));
    held.signals.tell(next);
  };

  /** One after another, in the order in which they came. */
  const enqueue = (work: () => Promise<Outcome>) => {
    queue.waiting += 1;
    setAsking(true);
    const run = async () => {
      const next = await work().catch(() => scanProblem('reply_unreadable'));
      queue.waiting -= 1;
      setAsking(queue.waiting > 0);
      show(next);
    };
    queue.last = queue.last.then(run);
  };

  const onText = (text: string) => {
    setOutcome(null);
    setChoice(null);
    enqueue(async () => {
      const { trust } = await latest.current.opened;
      const { obtainAccess, purpose, onAsked } = latest.current;
      const next = await scanText(text, { trust, obtainAccess, purpose, nowS, onClock: setClockAheadS });
      if (next.kind === 'answer') onAsked(true);
      if (next.kind === 'problem' && next.code === 'gateway_unreachable') onAsked(false);
      return next;
    });
  };

  const onFrame = async (frame: ImageBitmap) => {
    const isBusy = queue.waiting > 0 || performance.now() - queue.shownMs < MIN_SHOWN_MS;
    if (isBusy) return frame.close();
    // The reader takes its picture over; where there are several codes one is needed to show them.
    const copy = await createImageBitmap(frame);
    const codes = await held.reader.read(frame, false);
    const [first] = codes;
    if (first !== undefined && codes.length > 1) {
      setChoice((before) => chosenFrom(before, { codes, picture: copy }));
      return;
    }
    copy.close();
    if (first === undefined || !held.presence.isNew(first.text, performance.now())) return;
    onText(first.text);
  };

  const onPicture = (file: Blob) => {
    void (async () => {
      const picture = await createImageBitmap(file).catch(() => null);
      if (picture === null) return enqueue(async () => scanProblem('picture_unreadable'));
      const codes = await held.reader.read(await createImageBitmap(picture), true);
      const [first] = codes;
      if (codes.length > 1) {
        setOutcome(null);
        return setChoice((before) => chosenFrom(before, { codes, picture }));
      }
      picture.close();
      if (first === undefined) enqueue(async () => scanProblem('no_code_in_picture'));
      else onText(first.text);
    })();
  };

  return {
    outcome,
    isAsking,
    choice,
    counts,
    clockAheadS,
    signals: held.signals,
    onFrame,
    onText,
    onPicture,
    onNext: () => {
      setOutcome(null);
      setChoice(null);
    },
    resetCounts: () => setCounts(NO_COUNTS),
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
