import { useEffect, useRef, useState } from 'preact/hooks';
import { type LocalisedText, PROVINCES } from '../../../schemas/code-lists/index.ts';
import { PASS_TEXTS } from '../../../schemas/texts/pass.ts';
import { SCAN_TEXTS } from '../../../schemas/texts/scan.ts';
import { nowS, type Opened, openScanner } from '../asking/opening.ts';
import { scanProblem } from '../asking/outcome.ts';
import { ChooseVenue, WayIn } from '../asking/sign-in.tsx';
import { useAccess } from '../asking/use-access.ts';
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
export function PassDesk({ venue, opened: openedFirst }: PassDeskProps) {
  const [opened, setOpened] = useState(openedFirst);
  const [state, setState] = useState<Opened | null>(null);
  const asking = useAccess(venue, opened);
  const { access } = asking;
  const [outcome, setOutcome] = useState<PassOutcome | null>(null);
  const [isAsking, setAsking] = useState(false);
  const busy = useRef(false);

  useEffect(() => {
    void opened.then(setState);
  }, [opened]);
  const openAgain = () => {
    setState(null);
    setOpened(openScanner(venue));
  };
  useEffect(() => {
    if (state?.isReached !== false) return;
    addEventListener('online', openAgain);
    return () => removeEventListener('online', openAgain);
  }, [state]);
  // What was refused for want of somebody is past once somebody has signed in.
  useEffect(() => {
    if (access !== null) setOutcome(null);
  }, [access]);

  const ask = async (code: string) => {
    if (busy.current) return;
    busy.current = true;
    setAsking(true);
    reading.dropChoice();
    const { trust } = await opened;
    const put = { trust, obtainAccess: asking.obtain, purpose: null, nowS, onClock: () => {} };
    const next = await askForPass(code, put).catch(() => scanProblem('reply_unreadable'));
    if (next.kind !== 'issued') asking.heed(next);
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
    const place = document.getElementById(outcome === null ? 'typed' : 'pass-name');
    if (place === null) focusContent();
    else place.focus({ preventScroll: outcome === null });
  }, [outcome === null]);

  const again = () => setOutcome(null);
  const isNobody = state !== null && access === null && state.venues === null;
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
      {outcome !== null && <NoPass outcome={outcome} nowS={nowS()} asking={asking} onAgain={again} />}
      {isNobody && outcome === null && (
        <p class="notice">
          {say(state.isReached ? PASS_TEXTS.at_desk : PASS_TEXTS.offline)}
          {!state.isReached && (
            <button
              type="button"
              onClick={() => {
                focusContent();
                openAgain();
              }}
            >
              {say(SCAN_TEXTS.try_again)}
            </button>
          )}
        </p>
      )}
      {isNobody && state.isReached && <WayIn page="/pass" heading={PASS_TEXTS.for_staff} asking={asking} />}
      <p class="asking" role="status">
        {state === null ? say(SCAN_TEXTS.opening) : isAsking && say(PASS_TEXTS.asking)}
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
          <Entry isAsking={isAsking} act={PASS_TEXTS.ask} onText={onText} onPicture={reading.onPicture} />
          <Stage onFrame={reading.onFrame} startsItself={false} />
        </section>
      )}
      {sandbox}
    </div>
  );
}
