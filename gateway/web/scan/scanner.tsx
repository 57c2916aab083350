import { useEffect, useRef, useState } from 'preact/hooks';
import type { Purpose } from '../../../schemas/code-lists/index.ts';
import { BATCH_TEXTS } from '../../../schemas/texts/batch.ts';
import { SCAN_TEXTS } from '../../../schemas/texts/scan.ts';
import { nowS, type Opened } from '../asking/opening.ts';
import type { Outcome } from '../asking/outcome.ts';
import { ChooseVenue, SignInAct, WayIn } from '../asking/sign-in.tsx';
import { useAccess } from '../asking/use-access.ts';
import { signOut } from '../asking/venue-access.ts';
import { SeveralCodes } from '../reading/choice.tsx';
import { Entry } from '../reading/entry.tsx';
import { listenForPaste } from '../reading/paste.ts';
import { Stage } from '../reading/stage.tsx';
import { listenForWedge } from '../reading/wedge.ts';
import { say } from '../shell/language.ts';
import { focusContent } from '../shell/shell.tsx';
import { Answer } from './answer.tsx';
import { Batch } from './batch.tsx';
import { keepInstalled } from './installed.ts';
import { headingOf, ShiftCount, TrustAge, Warnings } from './standing.tsx';
import { useScanning } from './use-scanning.ts';
import { VenueBar } from './venue-bar.tsx';

/** A bundle's status lists stand for an hour: fetched well before, while there is a network. */
const REFRESH_MS = 900_000;
const TICK_MS = 20_000;

interface ScannerProps {
  /** The sandbox's venue that the address names. */
  readonly venue: string | null;
  readonly opened: Promise<Opened>;
}

/** The scanner: what the camera sees, other ways in, the answer over everything, and what this device goes by. */
export function Scanner({ venue, opened }: ScannerProps) {
  const [state, setState] = useState<Opened | null>(null);
  const [purpose, setPurpose] = useState<Purpose | null>(null);
  const [isReached, setReached] = useState(true);
  const [isMuted, setMuted] = useState(false);
  const [isMany, setMany] = useState(false);
  const [isOutdated, setOutdated] = useState(false);
  const [lookForUpdate, setLook] = useState(() => () => {});
  const [, setTick] = useState(0);
  const wasMany = useRef(false);
  const manyButton = useRef<HTMLButtonElement>(null);
  const asking = useAccess(venue, opened);
  const { access } = asking;
  const onOutcome = (outcome: Outcome) => {
    asking.heed(outcome);
    if (outcome.kind === 'answer') setReached(true);
    if (outcome.kind === 'problem' && outcome.code === 'gateway_unreachable') setReached(false);
  };
  const scanning = useScanning({ opened, obtainAccess: asking.obtain, purpose, onOutcome });
  const { reading } = scanning;
  /** A token that somebody brought is gone with the page: who brought it loads the page again. */
  const hasBrought = access?.way === 'token';
  /** Nobody is led to lose the lines of a coach: it is said once those are put away. */
  const isHeldUp = hasBrought && isMany;

  useEffect(() => {
    void opened.then((now) => {
      setState(now);
      setReached(now.isReached);
    });
  }, [opened]);
  useEffect(() => {
    // Many at once are taken in by their own view.
    if (isMany) return;
    const stops = [listenForWedge(scanning.onText), listenForPaste(scanning.onText, reading.onPicture)];
    return () => {
      for (const stop of stops) stop();
    };
  }, [isMany]);
  useEffect(() => {
    const allow = () => scanning.signals.allow();
    const away = ({ key }: KeyboardEvent) => key === 'Escape' && scanning.onNext();
    addEventListener('pointerdown', allow);
    addEventListener('keydown', allow);
    addEventListener('keydown', away);
    return () => {
      removeEventListener('pointerdown', allow);
      removeEventListener('keydown', allow);
      removeEventListener('keydown', away);
    };
  }, []);
  useEffect(() => {
    void keepInstalled(() => setOutdated(true)).then((look) => setLook(() => look));
  }, []);
  useEffect(() => {
    const isFree = scanning.outcome === null && !scanning.isAsking && !isMany && !hasBrought;
    if (isOutdated && isFree) location.reload();
  }, [isOutdated, scanning.outcome, scanning.isAsking, isMany, hasBrought]);
  useEffect(() => {
    if (state === null) return;
    const refresh = async () => {
      const destination = access?.destination ?? state.trust.view.carried?.province ?? null;
      setReached(await state.trust.refresh(destination));
      // What it goes by has changed, whether or not the gateway is still reached.
      setTick(Date.now());
      lookForUpdate();
    };
    const again = () => void refresh();
    const known = state.trust.view.carried?.province;
    if (access !== null && known !== undefined && access.destination !== known) again();
    const lost = () => setReached(false);
    const [refreshing, ticking] = [setInterval(again, REFRESH_MS), setInterval(() => setTick(Date.now()), TICK_MS)];
    addEventListener('online', again);
    addEventListener('offline', lost);
    return () => {
      clearInterval(refreshing);
      clearInterval(ticking);
      removeEventListener('online', again);
      removeEventListener('offline', lost);
    };
  }, [state, access, lookForUpdate]);
  useEffect(() => {
    if (wasMany.current && !isMany) manyButton.current?.focus({ preventScroll: true });
    wasMany.current = isMany;
  }, [isMany]);
  // What lies below the answer is neither seen nor reached.
  useEffect(() => {
    document.querySelector('.shell')?.toggleAttribute('inert', scanning.outcome !== null);
  }, [scanning.outcome]);

  const tryAgain = () => {
    void opened.then(async ({ trust }) => {
      setReached(await trust.refresh(access?.destination ?? trust.view.carried?.province ?? null));
      setTick(Date.now());
    });
  };
  /** Where venues are invented, one of them is named first; elsewhere a pass is checked by nobody in particular. */
  const isNobody = state !== null && access === null && isReached;
  const warnings = state !== null && (
    <Warnings
      trust={state.trust.view}
      nowS={nowS()}
      isReached={isReached}
      clockAheadS={scanning.clockAheadS}
      onAgain={() => {
        // What it is said in is gone once it has helped.
        focusContent();
        tryAgain();
      }}
      onNewAnchor={() => void state.trust.takeOtherAnchor(access?.destination ?? null).then(() => setTick(Date.now()))}
    />
  );
  const heading = headingOf(state, { isSomebody: access !== null, isReached, nowS: nowS() });
  const mayScan = !isNobody || (state.venues === null && state.trust.view.carried !== null);
  const isSandbox = state?.venues != null || (venue !== null && access !== null);
  const isUnnamed = isNobody && state.venues === null;
  const wayIn = isUnnamed && (
    <>
      <WayIn page="/scan" heading={null} asking={asking} isApart={isMany} />
      <p class={asking.way === 'session' ? 'quiet sign-in' : 'quiet'}>{say(SCAN_TEXTS.unnamed)}</p>
    </>
  );
  return (
    <>
      <Answer
        outcome={scanning.outcome}
        isSandbox={isSandbox}
        nowS={nowS}
        onNext={scanning.onNext}
        onAgain={tryAgain}
        way={asking.way}
        signIn={(onToken) => <SignInAct page="/scan" asking={asking} onToken={onToken} />}
      />
      <div class="scanner" inert={scanning.outcome !== null}>
        {!isMany && <h1>{say(scanning.isAsking ? SCAN_TEXTS.asking : heading)}</h1>}
        {!isMany && warnings}
        {state?.venues != null && <ChooseVenue venues={state.venues} page="/scan" heading={null} />}
        {!isMany && wayIn}
        {mayScan && isMany && (
          <Batch
            asking={async () => ({
              trust: (await opened).trust,
              obtainAccess: asking.obtain,
              purpose,
              nowS,
              onClock: () => {},
            })}
            onRows={(rows) => scanning.count(rows.map(({ decision }) => decision))}
            onProblem={asking.heed}
            way={asking.way}
            onLeave={() => setMany(false)}
            wayIn={wayIn}
            isSomebody={access !== null}
          >
            {warnings}
          </Batch>
        )}
        {mayScan && !isMany && heading !== SCAN_TEXTS.ready_never && (
          <>
            {reading.choice === null ? null : <SeveralCodes choice={reading.choice} onChosen={scanning.onText} />}
            <Stage onFrame={reading.onFrame} startsItself hint={SCAN_TEXTS.ready_hint} />
            <Entry
              isAsking={scanning.isAsking}
              act={SCAN_TEXTS.check}
              onText={scanning.onText}
              onPicture={reading.onPicture}
            />
            <p class="tools">
              <button ref={manyButton} type="button" onClick={() => setMany(true)}>
                {say(BATCH_TEXTS.many)}
              </button>
            </p>
          </>
        )}
        {access !== null && (
          <VenueBar
            access={access}
            purpose={purpose}
            onPurpose={setPurpose}
            onSignOut={() => {
              if (access.way === 'session') return void signOut().then(() => location.reload());
              asking.leave();
              focusContent();
            }}
            isMuted={isMuted}
            onMuted={(muted) => {
              scanning.signals.muted = muted;
              setMuted(muted);
            }}
          />
        )}
        {isSandbox && <p class="notice">{say(SCAN_TEXTS.sandbox)}</p>}
        {mayScan && <ShiftCount counts={scanning.counts} onReset={scanning.resetCounts} />}
        {isOutdated && !isHeldUp && (
          <p class="notice">
            {say(hasBrought ? SCAN_TEXTS.update_by_hand : SCAN_TEXTS.update)}
            {hasBrought && (
              <button type="button" onClick={() => location.reload()}>
                {say(SCAN_TEXTS.load_again)}
              </button>
            )}
          </p>
        )}
        {state !== null && <TrustAge trust={state.trust.view} nowS={nowS()} />}
      </div>
    </>
  );
}
