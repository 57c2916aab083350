import { useEffect, useState } from 'preact/hooks';
import { PURPOSES, type Purpose } from '../../../schemas/code-lists/index.ts';
import { SCAN_TEXTS } from '../../../schemas/texts/scan.ts';
import { nowS, type Opened, obtainAccess } from '../asking/opening.ts';
import { ChooseVenue, WayIn } from '../asking/sign-in.tsx';
import { signOut, type VenueAccess } from '../asking/venue-access.ts';
import { SeveralCodes } from '../reading/choice.tsx';
import { Entry } from '../reading/entry.tsx';
import { listenForPaste } from '../reading/paste.ts';
import { Stage } from '../reading/stage.tsx';
import { listenForWedge } from '../reading/wedge.ts';
import { say } from '../shell/language.ts';
import { Answer } from './answer.tsx';
import { keepInstalled } from './installed.ts';
import { ShiftCount, Standing } from './standing.tsx';
import { useScanning } from './use-scanning.ts';

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
  const [access, setAccess] = useState<VenueAccess | null>(null);
  const [purpose, setPurpose] = useState<Purpose | null>(null);
  const [isReached, setReached] = useState(true);
  const [isMuted, setMuted] = useState(false);
  const [isOutdated, setOutdated] = useState(false);
  const [lookForUpdate, setLook] = useState(() => () => {});
  const [, setTick] = useState(0);
  const obtain = async () => {
    const found = access ?? (await opened).access ?? (await obtainAccess(venue));
    if (typeof found !== 'string') setAccess(found);
    return found;
  };
  const scanning = useScanning({ opened, obtainAccess: obtain, purpose, onAsked: setReached });
  const { reading } = scanning;

  useEffect(() => {
    void opened.then((now) => {
      setState(now);
      setAccess((before) => before ?? now.access);
      setReached(now.isReached);
    });
  }, [opened]);
  useEffect(() => listenForWedge(scanning.onText), []);
  useEffect(() => listenForPaste(scanning.onText, reading.onPicture), []);
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
    // A token that somebody brought is gone with the page: who brought it loads the page again.
    const isFree = scanning.outcome === null && !scanning.isAsking && access === state?.access;
    if (isOutdated && isFree) location.reload();
  }, [isOutdated, scanning.outcome, scanning.isAsking]);
  useEffect(() => {
    if (state === null) return;
    const refresh = async () => {
      const destination = access?.destination ?? state.trust.view.carried?.province ?? null;
      setReached(await state.trust.refresh(destination));
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
  // What lies below the answer is neither seen nor reached.
  useEffect(() => {
    document.querySelector('.shell')?.toggleAttribute('inert', scanning.outcome !== null);
  }, [scanning.outcome]);

  const mayScan = access !== null || !isReached || state?.trust.view.carried !== null;
  return (
    <>
      <Answer outcome={scanning.outcome} nowS={nowS} onNext={scanning.onNext} />
      <div class="scanner" inert={scanning.outcome !== null}>
        <h1>{say(scanning.isAsking ? SCAN_TEXTS.asking : SCAN_TEXTS.ready)}</h1>
        {state?.venues != null && <ChooseVenue venues={state.venues} page="/scan" />}
        {state !== null && access === null && state.venues === null && isReached && (
          <WayIn page="/scan" isOffered={state.staff.isOffered} onAccess={setAccess} />
        )}
        {mayScan && (
          <>
            {reading.choice === null ? null : <SeveralCodes choice={reading.choice} onChosen={scanning.onText} />}
            <Stage onFrame={reading.onFrame} startsItself />
            <p class="quiet">{say(SCAN_TEXTS.ready_hint)}</p>
            <Entry onText={scanning.onText} onPicture={reading.onPicture} />
          </>
        )}
        {access !== null && (
          <p class="tools">
            <span>
              {say(SCAN_TEXTS.venue)}
              {say({ zh: '：', en: ': ' })}
              {say(access.name)}
            </span>
            {access.purposes.length > 1 && (
              <label>
                {say(SCAN_TEXTS.purpose)}{' '}
                <select
                  value={purpose ?? access.purposes[0] ?? ''}
                  onChange={({ currentTarget }) =>
                    setPurpose(access.purposes.find((one) => one === currentTarget.value) ?? null)
                  }
                >
                  {access.purposes.map((one) => (
                    <option key={one} value={one}>
                      {say(PURPOSES[one])}
                    </option>
                  ))}
                </select>
              </label>
            )}
            {access === state?.staff.access && (
              <button type="button" onClick={() => void signOut().then(() => location.reload())}>
                {say(SCAN_TEXTS.sign_out)}
              </button>
            )}
            <button
              type="button"
              aria-pressed={isMuted}
              onClick={() => {
                scanning.signals.muted = !isMuted;
                setMuted(!isMuted);
              }}
            >
              {say(isMuted ? SCAN_TEXTS.sound_on : SCAN_TEXTS.sound_off)}
            </button>
          </p>
        )}
        {(state?.venues != null || (venue !== null && access !== null)) && (
          <p class="notice">{say(SCAN_TEXTS.sandbox)}</p>
        )}
        <ShiftCount counts={scanning.counts} onReset={scanning.resetCounts} />
        {isOutdated && <p class="notice">{say(SCAN_TEXTS.update)}</p>}
        {state !== null && (
          <Standing
            trust={state.trust.view}
            nowS={nowS()}
            isReached={isReached}
            clockAheadS={scanning.clockAheadS}
            onNewAnchor={() =>
              void state.trust.forgetAnchor(access?.destination ?? null).then(() => setTick(Date.now()))
            }
          />
        )}
      </div>
    </>
  );
}
