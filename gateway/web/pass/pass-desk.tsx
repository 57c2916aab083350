import { useEffect, useRef, useState } from 'preact/hooks';
import { type LocalisedText, PROVINCES } from '../../../schemas/code-lists/index.ts';
import { PASS_TEXTS } from '../../../schemas/texts/pass.ts';
import { SCAN_TEXTS } from '../../../schemas/texts/scan.ts';
import { nowS, type Opened, obtainAccess } from '../asking/opening.ts';
import { scanProblem } from '../asking/outcome.ts';
import { ChooseVenue, WayIn } from '../asking/sign-in.tsx';
import type { VenueAccess } from '../asking/venue-access.ts';
import { SeveralCodes } from '../reading/choice.tsx';
import { Entry } from '../reading/entry.tsx';
import { listenForPaste } from '../reading/paste.ts';
import { Stage } from '../reading/stage.tsx';
import { useReading } from '../reading/use-reading.ts';
import { say } from '../shell/language.ts';
import { focusContent } from '../shell/shell.tsx';
import { askForPass, type PassOutcome } from './ask-for-pass.ts';
import { NoPass } from './no-pass.tsx';
import { PassCard } from './pass-card.tsx';

interface PassDeskProps {
  /** The sandbox's venue that the address names. */
  readonly venue: string | null;
  readonly opened: Promise<Opened>;
}

/** Where somebody goes: the venue, and the province that it is in. */
function placeText({ name, destination }: VenueAccess): LocalisedText {
  if (destination === null) return name;
  const { zh, en } = PROVINCES[destination];
  return { zh: `${zh}，${name.zh}`, en: `${name.en}, ${en}` };
}

/** A traveller's page: their own code in, a pass out. One at a time, and nothing of either is kept. */
export function PassDesk({ venue, opened }: PassDeskProps) {
  const [state, setState] = useState<Opened | null>(null);
  const [access, setAccess] = useState<VenueAccess | null>(null);
  const [outcome, setOutcome] = useState<PassOutcome | null>(null);
  const [isAsking, setAsking] = useState(false);
  const busy = useRef(false);

  useEffect(() => {
    void opened.then((now) => {
      setState(now);
      setAccess((before) => before ?? now.access);
    });
  }, [opened]);

  const takeAccess = (next: VenueAccess) => {
    setAccess(next);
    focusContent();
  };
  const ask = async (code: string) => {
    if (busy.current) return;
    busy.current = true;
    setAsking(true);
    reading.dropChoice();
    const { trust } = await opened;
    const obtain = async () => access ?? (await opened).access ?? (await obtainAccess(venue));
    const asking = { trust, obtainAccess: obtain, purpose: null, nowS, onClock: () => {} };
    const next = await askForPass(code, asking).catch(() => scanProblem('reply_unreadable'));
    busy.current = false;
    setAsking(false);
    setOutcome(next);
  };
  const onText = (text: string) => void ask(text);
  const reading = useReading({
    mayRead: () => !busy.current && outcome === null,
    onSeen: onText,
    onText,
    onFault: (code) => setOutcome(scanProblem(code)),
  });
  useEffect(() => listenForPaste(onText, reading.onPicture), [access]);
  // Whoever listens or works with keys is taken to what came of it.
  useEffect(() => {
    document.getElementById(outcome === null ? 'typed' : 'pass-name')?.focus({ preventScroll: outcome === null });
  }, [outcome === null]);

  const again = () => setOutcome(null);
  const sandbox = (state?.venues != null || (venue !== null && access !== null)) && (
    <p class="notice">{say(SCAN_TEXTS.sandbox)}</p>
  );
  if (outcome?.kind === 'issued') {
    return (
      <PassCard {...outcome} onAgain={again}>
        {sandbox}
      </PassCard>
    );
  }
  return (
    <div class="pass-desk" aria-busy={isAsking}>
      <h1>{say(PASS_TEXTS.heading)}</h1>
      {outcome === null && <p>{say(PASS_TEXTS.intro)}</p>}
      {state?.venues != null && <ChooseVenue venues={state.venues} page="/pass" heading={PASS_TEXTS.where} />}
      {state !== null && access === null && state.venues === null && (
        <>
          <p class="notice">{say(state.isReached ? PASS_TEXTS.at_desk : PASS_TEXTS.offline)}</p>
          {state.isReached && (
            <WayIn
              page="/pass"
              heading={PASS_TEXTS.for_staff}
              isOffered={state.staff.isOffered}
              onAccess={takeAccess}
            />
          )}
        </>
      )}
      {outcome !== null && <NoPass outcome={outcome} nowS={nowS()} onAgain={again} />}
      <p class="asking" role="status">
        {isAsking && say(PASS_TEXTS.asking)}
      </p>
      {access !== null && outcome === null && (
        <section aria-labelledby="your-code">
          <h2 id="your-code">{say(PASS_TEXTS.your_code)}</h2>
          <p>
            {say(PASS_TEXTS.destination)}
            {say({ zh: '：', en: ': ' })}
            {say(placeText(access))}
          </p>
          <p class="quiet">{say(PASS_TEXTS.your_code_hint)}</p>
          {reading.choice !== null && <SeveralCodes choice={reading.choice} onChosen={onText} />}
          <Entry onText={onText} onPicture={reading.onPicture} />
          <Stage onFrame={reading.onFrame} startsItself={false} />
        </section>
      )}
      {sandbox}
    </div>
  );
}
