import { useEffect, useRef, useState } from 'preact/hooks';
import type { Purpose } from '../../../schemas/code-lists/index.ts';
import type { Decision } from '../../../schemas/status.ts';
import { nowS, type Opened } from '../asking/opening.ts';
import { decisionOf, type Outcome, scanProblem } from '../asking/outcome.ts';
import type { NoAccess, VenueAccess } from '../asking/venue-access.ts';
import { type Reading, useReading } from '../reading/use-reading.ts';
import { type Counts, counted, NO_COUNTS } from './counts.ts';
import { Presence } from './presence.ts';
import { scanText } from './scan-text.ts';
import { Signals } from './signals.ts';

/** A pass gives way by itself; whatever else somebody has to read stays until the next scan, or until it is put away. */
const PASS_SHOWN_MS = 4_000;
/** The next phone in the queue does not push away what nobody can have read yet. */
const MIN_SHOWN_MS = 1_500;

/** The state of one page that scans: one question at a time, and its answer. */
export interface Scanning {
  readonly outcome: Outcome | null;
  readonly isAsking: boolean;
  readonly counts: Counts;
  readonly clockAheadS: number;
  readonly signals: Signals;
  readonly reading: Reading;
  readonly onText: (text: string) => void;
  readonly onNext: () => void;
  /** Counts what was decided elsewhere on the page. */
  readonly count: (decisions: readonly (Decision | null)[]) => void;
  readonly resetCounts: () => void;
}

interface Parts {
  readonly opened: Promise<Opened>;
  /** As whom this page asks; asked for again where nobody was reached before. */
  readonly obtainAccess: () => Promise<VenueAccess | NoAccess>;
  readonly purpose: Purpose | null;
  /** Told what each code came to, before it is shown. */
  readonly onOutcome: (outcome: Outcome) => void;
}

export function useScanning(parts: Parts): Scanning {
  const latest = useRef(parts);
  latest.current = parts;
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const [isAsking, setAsking] = useState(false);
  const [counts, setCounts] = useState(NO_COUNTS);
  const [clockAheadS, setClockAheadS] = useState(0);
  const [{ presence, signals }] = useState(() => ({ presence: new Presence(), signals: new Signals() }));
  const queue = useRef({ last: Promise.resolve(), waiting: 0, shownMs: Number.NEGATIVE_INFINITY }).current;

  useEffect(() => {
    if (outcome === null || decisionOf(outcome) !== 'pass') return;
    const timer = setTimeout(() => setOutcome(null), PASS_SHOWN_MS);
    return () => clearTimeout(timer);
  }, [outcome]);

  const count = (decisions: readonly (Decision | null)[]) => setCounts((before) => counted(before, decisions));
  const show = (next: Outcome) => {
    queue.shownMs = performance.now();
    reading.dropChoice();
    setOutcome(next);
    count([decisionOf(next)]);
    signals.tell(next);
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
    reading.dropChoice();
    enqueue(async () => {
      const { trust } = await latest.current.opened;
      const { obtainAccess, purpose, onOutcome } = latest.current;
      const next = await scanText(text, { trust, obtainAccess, purpose, nowS, onClock: setClockAheadS });
      onOutcome(next);
      return next;
    });
  };

  const reading = useReading({
    mayRead: () => queue.waiting === 0 && performance.now() - queue.shownMs >= MIN_SHOWN_MS,
    onSeen: (text) => {
      if (presence.isNew(text, performance.now())) onText(text);
    },
    onText,
    onFault: (code) => enqueue(async () => scanProblem(code)),
  });

  return {
    outcome,
    isAsking,
    counts,
    clockAheadS,
    signals,
    reading,
    onText,
    onNext: () => {
      setOutcome(null);
      reading.dropChoice();
    },
    count,
    resetCounts: () => setCounts(NO_COUNTS),
  };
}
