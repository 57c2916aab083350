import { keysOf, type LocalisedText } from '../../../schemas/code-lists/index.ts';
import { ageText } from '../../../schemas/texts/answer.ts';
import { DECISION_WORDS } from '../../../schemas/texts/decision-words.ts';
import { SCAN_TEXTS } from '../../../schemas/texts/scan.ts';
import { checkText, type FailedCheck } from '../../../schemas/texts/trust-errors.ts';
import type { CarriedTrust } from '../../trust/signed-bundle.ts';
import type { Opened } from '../asking/opening.ts';
import type { TrustView } from '../asking/scanner-trust.ts';
import { clockText, say } from '../shell/language.ts';
import type { Counts } from './counts.ts';
import { OtherAnchor } from './other-anchor.tsx';

/** A clock that honest ones differ from by more than this is worth a word. */
const CLOCK_OFF_S = 30;

interface Situation {
  readonly isSomebody: boolean;
  readonly isReached: boolean;
  readonly nowS: number;
}

/** What to do first; without a network it asks for nothing that cannot be checked now. */
export function headingOf(opened: Opened | null, { isSomebody, isReached, nowS }: Situation): LocalisedText {
  if (opened === null) return SCAN_TEXTS.opening;
  if (!isReached) {
    const isHeld = standingOf(opened.trust.view.carried, nowS) === 'held';
    return isHeld ? SCAN_TEXTS.ready_offline : SCAN_TEXTS.ready_never;
  }
  if (isSomebody) return SCAN_TEXTS.ready;
  return opened.venues === null ? SCAN_TEXTS.sign_in : SCAN_TEXTS.choose_venue;
}

interface WarningsProps {
  readonly trust: TrustView;
  readonly nowS: number;
  readonly isReached: boolean;
  readonly clockAheadS: number;
  /** Asks for a bundle again: once there is a network, a clock was set right, or a gateway has one again. */
  readonly onAgain: () => void;
  readonly onNewAnchor: () => void;
}

/** What is wrong with what this device goes by: no gateway, a clock that is off, a bundle that is not believed. */
export function Warnings({ trust, nowS, isReached, clockAheadS, ...on }: WarningsProps) {
  const { carried, refused, otherAnchor, unrefreshed } = trust;
  const isHeld = standingOf(carried, nowS) === 'held';
  return (
    <div role="status">
      {!isReached && (
        <p class="notice" data-unreached>
          {say(isHeld ? SCAN_TEXTS.offline : SCAN_TEXTS.offline_bare)}
          <Again onAgain={on.onAgain} />
        </p>
      )}
      {Math.abs(clockAheadS) > CLOCK_OFF_S && <ClockOff aheadS={clockAheadS} />}
      {isReached && unrefreshed !== null && (
        <p class="notice" data-trust-unrefreshed>
          {say(SCAN_TEXTS.trust_unrefreshed)}
          {say({ zh: '：', en: '. ' })}
          {say(unrefreshed)}
          {say({ zh: '。', en: '.' })}
          <Again onAgain={on.onAgain} />
        </p>
      )}
      {refused !== null && (
        <p class="notice" data-trust-refused={refused.code}>
          {say(SCAN_TEXTS.trust_refused)}
          {say({ zh: '：', en: '. ' })}
          {say(refusalText(refused, otherAnchor !== null))}
          {otherAnchor === null && <Again onAgain={on.onAgain} />}
        </p>
      )}
      {refused !== null && otherAnchor !== null && (
        <section class="notice" aria-label={say(SCAN_TEXTS.anchor_heading)}>
          <OtherAnchor
            key={`${otherAnchor.offered.thumbprints} ${otherAnchor.offered.listThumbprints}`}
            {...otherAnchor}
            onTake={on.onNewAnchor}
          />
        </section>
      )}
    </div>
  );
}

function Again({ onAgain }: Pick<WarningsProps, 'onAgain'>) {
  return (
    <button type="button" onClick={onAgain}>
      {say(SCAN_TEXTS.try_again)}
    </button>
  );
}

/** Why, and what to do: a token from the future tells how far a clock is behind; one that has ended may be an old one. */
function refusalText(refused: FailedCheck, isOtherAnchor: boolean): LocalisedText {
  const { code, clock_off_s: offS } = refused;
  if (code === 'anchor_unknown') return SCAN_TEXTS.anchor_other;
  const [why, next] =
    offS === undefined
      ? [checkText(refused), isOtherAnchor ? SCAN_TEXTS.anchor_other : SCAN_TEXTS.tell_operator]
      : offS > 0
        ? [clockOffText(-offS), SCAN_TEXTS.clock_mend]
        : [checkText({ code }), SCAN_TEXTS.clock_compare];
  // A sentence of its own, whatever it is in the middle of elsewhere.
  return { zh: `${why.zh}。${next.zh}`, en: `${why.en.charAt(0).toUpperCase()}${why.en.slice(1)}. ${next.en}` };
}

function clockOffText(aheadS: number): LocalisedText {
  const by = ageText(Math.abs(aheadS));
  const { zh, en } = aheadS > 0 ? SCAN_TEXTS.clock_off_ahead : SCAN_TEXTS.clock_off_behind;
  return { zh: `${zh} ${by.zh}`, en: `${en} ${by.en}` };
}

/** How old the trust is that this device carries. An age changes all the time: it is there to be read, and not spoken each time. */
export function TrustAge({ trust: { carried }, nowS }: Pick<WarningsProps, 'trust' | 'nowS'>) {
  return (
    <p class="quiet age" data-trust={standingOf(carried, nowS)}>
      {trustTexts(carried, nowS).map((part) => (
        <span key={part.en}>{say(part)}</span>
      ))}
    </p>
  );
}

function standingOf(carried: CarriedTrust | null, nowS: number): 'none' | 'held' | 'lapsed' {
  if (carried === null) return 'none';
  return nowS < carried.expS ? 'held' : 'lapsed';
}

/** In parts that are not torn. */
function trustTexts(carried: CarriedTrust | null, nowS: number): LocalisedText[] {
  if (carried === null) return [SCAN_TEXTS.trust_none];
  if (nowS >= carried.expS) return [SCAN_TEXTS.trust_lapsed];
  const age = ageText(Math.max(0, nowS - carried.iatS));
  const until = clockText(carried.expS, nowS);
  return [
    { zh: `信任包 ${age.zh}前签名，`, en: `Trust bundle signed ${age.en} ago,\u00a0` },
    { zh: `${until} 到期`, en: `good until ${until}` },
  ];
}

function ClockOff({ aheadS }: { readonly aheadS: number }) {
  return (
    <p class="notice" data-clock-ahead-s={aheadS}>
      {say(clockOffText(aheadS))}
      {say({ zh: '，', en: '. ' })}
      {say(SCAN_TEXTS.clock_mend)}
    </p>
  );
}

const COUNTED = [
  ...keysOf(DECISION_WORDS).map((kind) => [kind, DECISION_WORDS[kind]] as const),
  ['other', SCAN_TEXTS.counted_other] as const,
];

/** The numbers of the shift, and a way to begin another. */
export function ShiftCount({ counts, onReset }: { readonly counts: Counts; readonly onReset: () => void }) {
  return (
    <p class="tools">
      <span class="shift quiet">
        <span>
          {say(SCAN_TEXTS.counted)}
          {say({ zh: '：', en: ':' })}
        </span>
        {COUNTED.map(([kind, name]) => (
          <span key={kind}>
            {say(name)} {counts[kind]}
          </span>
        ))}
      </span>
      <button type="button" onClick={onReset}>
        {say(SCAN_TEXTS.count_again)}
      </button>
    </p>
  );
}
